"""What a database role has to be granted so that the application can work as it: statements for psql."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import router
from django.db.migrations.recorder import MigrationRecorder

from dlq.db.database import alias, connection
from dlq.db.identifiers import plainly_quoted
from dlq.db.statements import rows
from dlq.faults.touched import touched_by_use
from dlq.table.location import DlqTable

VIEWER, OPERATOR, OWNER = "viewer", "operator", "owner"
WHAT_LOOKING_WRITES = ("defaultview", "editrecord", "savedview", "tablesnapshot", "visit")
"""Who looks keeps views and where they were, counts the table, and is recorded when shown what is masked."""
AUDIENCES = (VIEWER, OPERATOR, OWNER)
"""Who only looks; who also requeues, deletes, annotates and moves failed jobs; who also runs `migrate` and `init_dlq`."""
OWNER_OF = (
    "SELECT DISTINCT r.rolname::text FROM pg_roles r JOIN ("
    " SELECT nspowner AS oid FROM pg_namespace WHERE nspname = %(schema)s UNION ALL"
    " SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %(schema)s AND c.relname = %(table)s) AS owned USING (oid) ORDER BY 1"
)


def grants_sql(table: DlqTable, role: str, audience: str) -> str:
    """To be run as the owner of the queue, or a superuser; again after the queue or this application was upgraded."""
    return "\n".join(["BEGIN;", *_statements(table, role, audience), "COMMIT;"])


def _statements(table: DlqTable, role: str, audience: str) -> Iterator[str]:
    name = plainly_quoted(role)
    if audience == OWNER:
        for (owner,) in rows(OWNER_OF, {"schema": table.schema, "table": table.name}):
            if owner != role:
                yield f"GRANT {plainly_quoted(owner)} TO {name};"
        ((schema,),) = rows("SELECT coalesce(current_schema(), 'public')")
        yield f"GRANT CREATE ON SCHEMA {plainly_quoted(schema)} TO {name};"
    if audience == VIEWER:
        touched = {("jobs", "SELECT"), (table.name, "SELECT")}
    else:
        touched = {(one.name or table.name, one.right) for _use, one in touched_by_use(table)}
        touched |= {("jobs", "SELECT"), (table.name, "SELECT"), (table.name, "UPDATE")}
    own = _own_tables(writes=audience != VIEWER)
    statement = table.statement(
        "faults/grants", role=_doubled(name), policy=_doubled(plainly_quoted(f"backfill-admin {role}"))
    )
    parameters = {
        "schema": table.schema,
        "names": [thing for thing, _right in sorted(touched)],
        "rights": [right for _thing, right in sorted(touched)],
        "tables": list(own),
        "written": list(own.values()),
    }
    yield from (text for _rank, text in rows(statement, parameters))


def _own_tables(*, writes: bool) -> dict[str, bool]:
    """The project's tables in this database, and whether they are written: whoever logs in writes sessions and such.

    Commands such as createsuperuser look which migrations there are.
    """
    own = {connection.ops.quote_name(MigrationRecorder.Migration._meta.db_table): False}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and router.db_for_read(model) == alias():
            own[connection.ops.quote_name(model._meta.db_table)] = (
                writes or model._meta.app_label != "dlq" or model._meta.model_name in WHAT_LOOKING_WRITES
            )
    return own


def _doubled(name: str) -> str:
    """Within the string of a format() that is within a statement with parameters."""
    return name.replace("'", "''").replace("%", "%%%%")
