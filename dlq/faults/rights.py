"""Which rights the database role lacks that this application may need."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.db.statements import dicts, rows
from dlq.faults.own_tables import own_tables
from dlq.faults.touched import touched_by_use
from dlq.table.location import DlqTable

HIDDEN = (
    "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %(schema)s AND c.relname = '_private_jobs' AND row_security_active(c.oid)"
)


@dataclass(frozen=True)
class LackingRight:
    right: str
    """One or more, as in GRANT."""
    thing: str
    """As in GRANT: `function a.b`, or the plain name of a table."""
    uses: str
    """What it is for; empty where everything needs it."""
    role: str

    @property
    def sentence(self) -> str:
        needed = f", needed for {self.uses}" if self.uses else ""
        return f"This application’s database role lacks the right {self.right} on {self.thing}{needed}."

    @property
    def cure(self) -> str:
        return f"GRANT {self.right} ON {self.thing} TO {self.role};"


def lacking(table: DlqTable) -> list[LackingRight]:
    """One by one, as the catalogue tells."""
    wanted = list(touched_by_use(table))
    parameters = {
        "schema": table.schema,
        "table": table.name,
        "own_tables": own_tables(),
        "names": [touched.name or table.name for _use, touched in wanted],
        "rights": [touched.right for _use, touched in wanted],
        "uses": [use for use, _touched in wanted],
    }
    return [LackingRight(**row) for row in dicts(table.statement("faults/rights"), parameters)]


def lacking_rights(table: DlqTable) -> list[str]:
    """A sentence each."""
    sentences = [right.sentence for right in lacking(table)]
    if not sentences and rows(HIDDEN, {"schema": table.schema}):
        return [
            f"Row level security hides the queue in schema {table.schema} from this application’s database role: it must"
            " own the queue or have BYPASSRLS."
        ]
    return sentences
