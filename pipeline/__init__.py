"""The thread through the house: settings, the refresh, snapshots, disclosure control and the command line."""
