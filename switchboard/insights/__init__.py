"""Demand beside supply: the live picture, read only."""
