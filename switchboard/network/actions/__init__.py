"""Writes of network, one idea a file: load, decide, record, tell."""
