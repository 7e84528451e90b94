"""The two database roles: the owner changes tables, the application reads and writes rows."""

from typing import Any

from django.db import connections
from psycopg import sql

#: What the application may do. Append-only tables are kept so by triggers, which no grant overrides; who
#: looked at whom cannot even be tried to change.
GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {app}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
    "REVOKE UPDATE, DELETE ON platform_auditevent, platform_auditseal FROM {app}",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {app}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}",
)


def grant_to_application(app: str, using: str = "default") -> bool:
    """Let the role ``app`` use the connected owner's tables; False when the two are one role."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() == (app,):
            return False
        for statement in GRANTS:
            cursor.execute(sql.SQL(statement).format(app=sql.Identifier(app)).as_string(cursor.connection))
    return True


def dangers(using: str = "default") -> list[str]:
    """Name what makes the connected role too powerful for the application; empty when nothing does."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        row: tuple[Any, ...] = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relowner = current_user::regrole"
        )
        owned = cursor.fetchone()[0]
    named = zip(("superuser", "bypasses row security", "creates roles"), row, strict=True)
    return [name for name, held in named if held] + (["owns tables"] if owned else [])
