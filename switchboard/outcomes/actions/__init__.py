"""Writes of outcomes, one idea a file: load, decide, record, tell."""
