"""Who can give care, where, under what credentials, and how we know."""
