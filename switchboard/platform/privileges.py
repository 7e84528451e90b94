"""The two database roles: the owner changes tables, the application reads and writes rows."""

from typing import Any

from django.db import connections, transaction
from psycopg import sql

#: What the application may do.
GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {app}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {app}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}",
)
#: History (who looked at whom, answers, triage, crisis events) stays as written. Its triggers, which no
#: grant overrides, are named ``..._append_only`` by the room whose table it is; the grant goes too, so that a
#: change cannot even be tried.
HISTORY = (
    "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
    r" WHERE NOT tgisinternal AND tgname LIKE '%append\_only%' AND tgenabled <> 'D' ORDER BY 1"
)


def grant_to_application(app: str, using: str = "default") -> bool:
    """Let the role ``app`` use the connected owner's tables; False when the two are one role."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() == (app,):
            return False
        kept = [f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{app}}" for table in _history(cursor)]
        for statement in (*GRANTS, *kept):
            cursor.execute(sql.SQL(statement).format(app=sql.Identifier(app)).as_string(cursor.connection))
    return True


def dangers(using: str = "default") -> list[str]:
    """Name what makes the connected role too powerful for the application; empty when nothing does."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
            " EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            "         AND relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(current_user, relowner, 'USAGE')),"
            " EXISTS (SELECT FROM pg_class c WHERE c.oid = ANY(%s::regclass[])"
            "         AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'))"
            " FROM pg_roles WHERE rolname = current_user",
            [_history(cursor)],
        )
        row: tuple[bool, ...] = cursor.fetchone()
    return [name for name, held in zip(POWERS, row, strict=True) if held]


#: What :func:`dangers` looks for, in the order of its question.
POWERS = (
    "superuser",
    "bypasses row security",
    "creates roles",
    "creates databases",
    "replicates",
    "owns tables",
    "may change history",
)


def _history(cursor: Any) -> list[str]:
    cursor.execute(HISTORY)
    return [table for (table,) in cursor.fetchall()]
