"""Writes of members, one idea a file: load, decide, record, tell."""
