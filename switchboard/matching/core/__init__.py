"""Pure ideas of matching: facts in, decisions out."""
