"""Great Expectations suites, one module a raw table."""
