"""Writes of scheduling, one idea a file: load, decide, record, tell."""
