"""Pure ideas of scheduling: facts in, decisions out."""
