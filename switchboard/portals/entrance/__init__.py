"""The way in: first page, signing in, the demo's door, activation, and who looked at my record."""
