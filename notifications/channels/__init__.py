"""The ways out of the app that are not mail: a file for each outside service, and one guarded door for all."""
