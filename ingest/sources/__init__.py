"""One module a vendor format: how its files are recognised and read into raw tables."""
