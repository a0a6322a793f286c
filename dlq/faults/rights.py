"""Which rights the database role lacks that this application may need."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.db.statements import dicts, rows
from dlq.faults.own_tables import lacking as missing_own_tables
from dlq.faults.own_tables import own_tables
from dlq.faults.touched import touched_by_use
from dlq.table.location import DlqTable

NO_ROOM = (
    "SELECT quote_ident(schema), quote_ident(current_user) FROM coalesce(current_schema(), 'public') AS s (schema)"
    " WHERE NOT has_schema_privilege(schema, 'CREATE')"
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
    if not sentences and hidden_by_row_security(table):
        return [
            f"Row level security hides the queue in schema {table.schema} from this application’s database role: it must"
            " own the queue, have BYPASSRLS, or be named by policies."
        ]
    return sentences


@dataclass(frozen=True)
class NoRoom:
    """A schema in which the role may not make the app's own tables."""

    schema: str
    role: str

    @property
    def sentence(self) -> str:
        return f"This application’s database role may not make tables in schema {self.schema}, and its own are not there yet."

    @property
    def cure(self) -> str:
        return (
            f"As its owner: GRANT CREATE ON SCHEMA {self.schema} TO {self.role}; or give them a schema of their own:"
            f" CREATE SCHEMA backfill_admin AUTHORIZATION {self.role};"
            f" ALTER ROLE {self.role} SET search_path = backfill_admin, public; then run manage.py migrate."
        )


def nowhere_to_migrate() -> list[NoRoom]:
    """From PostgreSQL 15 on not everybody may make tables in the schema public."""
    return [NoRoom(*row) for row in rows(NO_ROOM)] if missing_own_tables() else []


def hidden_by_row_security(table: DlqTable) -> list[str]:
    """What of the queue this role is allowed to read or write, but has no rows for it."""
    names = {touched.name for _use, touched in touched_by_use(table) if touched.right != "EXECUTE" and touched.name}
    found = rows(table.statement("faults/row_security"), {"schema": table.schema, "names": sorted(names)})
    return [name for (name,) in found]
