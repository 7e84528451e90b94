"""Pure ideas of network: facts in, decisions out."""
