"""Pure ideas of members: facts in, decisions out."""
