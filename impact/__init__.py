"""The statistics: frames in, frozen results out. No database, no web page, no files."""
