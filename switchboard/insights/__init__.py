"""Demand beside supply: who asks for care, how long it takes, and where there is time to give."""
