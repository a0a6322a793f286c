"""init_dlq: create the dead letter table and its indexes, or print the SQL that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.db import DatabaseError

from dlq.db.database import atomic, connection
from dlq.db.errors import first_line
from dlq.db.statements import scalar
from dlq.table.index_advice import Surroundings, create_index, statements_for
from dlq.table.indexes import TableState, table_state
from dlq.table.location import DlqTable
from dlq.table.lock_limit import RESET_LIMIT, SET_LIMIT, NotMade, execute_all, execute_one_by_one, table_lock_limit
from dlq.table.wanted_indexes import UNIQUE_KEY, Wanted, search_indexes, wanted
from dlq.table.writable import is_view

Indexes = Callable[[DlqTable], Sequence[Wanted]]
"""What topics above want of the table, which is asked for once it is there."""
MADE = ("library", "recommended")
"""The kinds of indexes that init_dlq makes by itself."""
FOR_A_NEW_TABLE = """\
-- For a new table. Where it is in use, an index is built by CREATE INDEX CONCURRENTLY, outside a transaction, or those who
-- write wait until it is built: manage.py init_dlq does that, and the page "Indexes" has the statements.
-- Whoever holds the table is not waited for: others would have to wait behind."""


def init_sql(table: DlqTable, *, search: bool = False) -> str:
    """The statements, each ended by a semicolon, for psql or a migration tool; those that hold for any settings."""
    parts = [f"{FOR_A_NEW_TABLE}\n{SET_LIMIT}\n", _create(table)]
    parts += [f"-- {index.serves}\n{create_index(table, index)}\n" for index in _indexes(table)]
    if search:
        around = Surroundings.of(table)
        for index in search_indexes(around.trigram_schema):
            made = "\n".join(statements_for(table, index, around, concurrently=False))
            parts.append(f"-- {index.serves}\n{made}\n")
    return "\n".join([*parts, f"{RESET_LIMIT}\n"])


def create_schema_sql(table: DlqTable) -> str:
    return f"CREATE SCHEMA IF NOT EXISTS {table.names['schema']};".replace("%%", "%")


def init_dlq(table: DlqTable, *, search: bool = False, more: Indexes = lambda table: ()) -> list[str]:
    """Create what is missing. Returns what could not be made, a sentence each.

    Raises NotMade where somebody holds the table, or it is a view.
    A table that exists keeps its columns, and its indexes are built CONCURRENTLY (outside a transaction), so that nobody's writes
    wait. Nothing is locked for what is there already. Within the caller's transaction all of it is made or nothing, and its
    settings stay.
    """
    if is_view(table):
        raise NotMade(f"{table.plainly} is a view: its table is made where it reads from.")
    existed = scalar("SELECT to_regclass(%(table)s) IS NOT NULL", {"table": table.regclass})
    if existed and not connection.in_atomic_block:
        return _make_indexes(table, search=search, more=more, concurrently=True)
    with table_lock_limit(table):
        if not existed:
            _make_table(table)
        return _make_indexes(table, search=search, more=more, concurrently=False)


def _make_table(table: DlqTable) -> None:
    schema_exists = scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %(name)s)", {"name": table.schema})
    schema = [] if schema_exists else [create_schema_sql(table)]
    execute_all([*schema, _create(table)])


def _make_indexes(table: DlqTable, *, search: bool, more: Indexes, concurrently: bool) -> list[str]:
    """Those that are missing. Returns why others were left out."""
    left_out = _prepare_search(table) if search else []
    state, around = table_state(table), Surroundings.of(table)
    for index in [*_indexes(table), *(search_indexes(around.trigrams_in) if search else []), *more(table)]:
        replaced = index.replaces(state)
        if index.is_there(state) and not replaced:
            continue
        if sentence := _obstacle(table, index, state):
            left_out.append(sentence)
            continue
        statements = statements_for(table, index, around, concurrently=concurrently, instead_of=replaced)
        if concurrently:
            execute_one_by_one(table, statements)
        else:
            execute_all(statements)
    return left_out


def _create(table: DlqTable) -> str:
    return table.statement("table/create").replace("%%", "%")


def _indexes(table: DlqTable) -> Iterator[Wanted]:
    yield from (index for index in wanted(table, None) if index.kind in MADE)
    yield UNIQUE_KEY


def _prepare_search(table: DlqTable) -> list[str]:
    """Make the extension pg_trgm where the server has it. Returns why not."""
    around = Surroundings.of(table)
    if around.trigrams_in:
        return []
    if not around.trigrams_available:
        return ["The server has no pg_trgm: the search index is one of whole words and their beginnings."]
    try:
        with atomic(), connection.cursor() as cursor:
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
