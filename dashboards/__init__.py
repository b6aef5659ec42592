"""The Dash app and the exports: everything here reads published snapshots only."""
