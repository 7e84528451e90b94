"""The console script: up, demo, import, migrate, user, doctor, version."""
