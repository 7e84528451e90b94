"""Typed JSON over HTTP for everything the pages do."""
