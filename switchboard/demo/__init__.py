"""A synthetic plan: invented members, network and weeks of life, at any scale, the same for the same seed."""
