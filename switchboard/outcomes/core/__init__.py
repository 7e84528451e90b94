"""Pure ideas of outcomes: facts in, decisions out."""
