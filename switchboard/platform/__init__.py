"""The Django side that every capability stands on: accounts, access, audit, outbox, worklists, the database."""
