"""init_dlq: create the dead letter table and its indexes, or print the SQL that does."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction

from dlq.db.errors import first_line
from dlq.db.statements import scalar
from dlq.table.index_advice import Surroundings, create_index, statements_for
from dlq.table.indexes import TableState, table_state
from dlq.table.location import DlqTable
from dlq.table.wanted_indexes import UNIQUE_KEY, Wanted, search_index, wanted

MADE = ("library", "recommended")
"""The kinds of indexes that init_dlq makes by itself."""


def init_sql(table: DlqTable, *, search: bool = False) -> str:
    """The statements, each ended by a semicolon, for psql or a migration tool."""
    parts = [table.statement("table/create").replace("%%", "%")]
    parts += [f"-- {index.serves}\n{create_index(table, index)}\n" for index in _indexes(table)]
    if search:
        around = Surroundings.of(table)
        index = search_index(around.trigram_schema)
        made = "\n".join(statements_for(table, index, around, concurrently=False))
        parts.append(f"-- {index.serves}\n{made}\n")
    return "\n".join(parts)


def create_schema_sql(table: DlqTable) -> str:
    return f"CREATE SCHEMA IF NOT EXISTS {table.names['schema']};".replace("%%", "%")


def init_dlq(table: DlqTable, *, search: bool = False) -> list[str]:
    """Create what is missing. Returns what could not be made, a sentence each.

    On a table that exists the indexes are built CONCURRENTLY (outside a transaction), so that nobody's writes wait.
    """
    schema_exists = scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %(name)s)", {"name": table.schema})
    existed = scalar("SELECT to_regclass(%(table)s) IS NOT NULL", {"table": table.regclass})
    concurrently = existed and not connection.in_atomic_block
    with connection.cursor() as cursor:
        if not schema_exists:
            cursor.execute(create_schema_sql(table))
        for text in _statements(table.statement("table/create").replace("%%", "%")):
            cursor.execute(text)
    left_out = _prepare_search(table) if search else []
    state, around = table_state(table), Surroundings.of(table)
    chosen = [*_indexes(table), *([search_index(around.trigrams_in)] if search else [])]
    for index in chosen:
        if index.is_there(state):
            continue
        if sentence := _obstacle(table, index, state):
            left_out.append(sentence)
            continue
        with connection.cursor() as cursor:
            for text in statements_for(table, index, around, concurrently=concurrently):
                cursor.execute(text)
    return left_out


def _indexes(table: DlqTable) -> Iterator[Wanted]:
    yield from (index for index in wanted(table, None) if index.kind in MADE)
    yield UNIQUE_KEY


def _statements(text: str) -> list[str]:
    return list(filter(None, (part.strip() for part in text.split(";\n"))))


def _prepare_search(table: DlqTable) -> list[str]:
    """Make the extension pg_trgm where the server has it. Returns why not."""
    around = Surroundings.of(table)
    if around.trigrams_in:
        return []
    if not around.trigrams_available:
        return ["The server has no pg_trgm: the search index is one of whole words and their beginnings."]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
    except DatabaseError as error:
        return [
            f"pg_trgm could not be made ({first_line(error)}): the search index is one of whole words and their beginnings."
        ]
    return []


def _obstacle(table: DlqTable, index: Wanted, state: TableState) -> str | None:
    """Why the index can't be made, in one sentence."""
    if not index.is_unique:
        return None
    if state.has_deferrable_key:
        return (
            "The unique index on job_key was left out: the table has a deferrable constraint on it, beside which PostgreSQL"
            " refuses every upsert."
        )
    if state.is_partitioned:
        return "The unique index on job_key was left out: a partitioned table can't have one."
    if _has_shared_keys(table):
        return "The unique index on job_key was left out: two or more entries share a key."
    return None


def _has_shared_keys(table: DlqTable) -> bool:
    shared = f"SELECT FROM {table.names['table']} WHERE job_key IS NOT NULL GROUP BY job_key HAVING count(*) > 1"
    return bool(scalar(f"SELECT EXISTS ({shared})"))
