"""The network's pages: the directory, imports and what they leave to a person, weekly hours."""
