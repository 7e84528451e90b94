"""Pages, by who is looking: member, desk, insights; and the design system they share."""
