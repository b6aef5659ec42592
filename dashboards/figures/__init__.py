"""Charts: rows in, figure out, as plain dicts. No query, no component id, no state."""
