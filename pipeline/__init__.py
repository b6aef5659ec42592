"""The thread through the house: settings, refresh, snapshots, disclosure control, commands."""
