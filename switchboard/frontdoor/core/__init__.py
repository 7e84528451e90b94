"""Pure ideas of frontdoor: facts in, decisions out."""
