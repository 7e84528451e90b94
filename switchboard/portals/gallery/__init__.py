"""The gallery: every component in every state, for developers. Open in the demo only."""
