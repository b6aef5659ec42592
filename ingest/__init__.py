"""Export files to raw tables: recognise, validate, pseudonymise, load. Never joins or derives."""
