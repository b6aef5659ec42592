"""Who may read what: sign-in, roles, scopes, and the record of it."""
