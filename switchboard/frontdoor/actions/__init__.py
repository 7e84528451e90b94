"""Writes of frontdoor, one idea a file: load, decide, record, tell."""
