"""Which rights the database role lacks that this application may need."""

from __future__ import annotations

from dlq.db.statements import rows
from dlq.faults.own_tables import own_tables
from dlq.table.location import DlqTable
from dlq.table.shape import FUNCTIONS

HIDDEN = (
    "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %(schema)s AND c.relname = '_private_jobs' AND row_security_active(c.oid)"
)


def lacking_rights(table: DlqTable) -> list[str]:
    """A sentence each."""
    wanted = {"schema": table.schema, "table": table.name, "own_tables": own_tables(), "functions": list(FUNCTIONS)}
    found = rows(table.statement("faults/rights"), wanted)
    sentences = [f"This application’s database role lacks the right {right} on {thing}." for right, thing in found]
    if not sentences and rows(HIDDEN, {"schema": table.schema}):
        return [
            f"Row level security hides the queue in schema {table.schema} from this application’s database role: it must"
            " own the queue or have BYPASSRLS."
        ]
    return sentences
