"""Pure ideas of insights: facts in, decisions out."""
