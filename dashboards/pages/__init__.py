"""One module a page: its layout from the query string, and its callbacks."""
