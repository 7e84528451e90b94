"""A member asks for care: the conversation, the triage, the request and its access clocks."""
