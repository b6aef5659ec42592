"""Synthetic organisations with planted effects, for the sample, the tests and the benchmarks."""
