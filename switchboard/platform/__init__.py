"""The Django side every capability stands on: accounts, access, audit, outbox, worklists, the database."""
