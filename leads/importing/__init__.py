"""Leads out of files: read, mapped by a person, checked, imported by a worker, undone for a day."""
