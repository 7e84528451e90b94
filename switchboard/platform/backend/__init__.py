"""PostgreSQL as Django speaks to it, but for how an idle connection is looked at."""
