"""Which practitioner and time suits this need, best first, with reasons."""
