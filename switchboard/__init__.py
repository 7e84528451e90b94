"""Switchboard: the open-source switchboard a health plan runs for behavioral health."""

__version__ = "0.1.0"
