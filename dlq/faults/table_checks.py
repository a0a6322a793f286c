"""What of the table, the queue and the role's rights is not as the pages need it: Django's check of the database.

docs/checks.md explains each id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError

from dlq.conf import conf
from dlq.db.database import alias, atomic, database_problem
from dlq.db.errors import first_line
from dlq.db.identifiers import quoted
from dlq.db.statements import rows, scalar
from dlq.faults.rights import hidden_by_row_security, lacking, nowhere_to_migrate
from dlq.redaction.rules import BadRule, configured
from dlq.table.columns import TableColumn, table_columns
from dlq.table.index_advice import advice, create_index
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from dlq.table.shape import column_problems, missing_parts
from dlq.table.uniqueness import uniqueness
from dlq.table.wanted_indexes import UNIQUE_KEY
from dlq.table.writable import is_view, queue_is_older, why_read_only


def check_table(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare the table with the model, and look whether this role can work with the queue."""
    if not databases or alias() not in databases or database_problem() or TABLE.problem:
        return []
    try:
        found = {column.name: column for column in table_columns(TABLE)}
        if not found:
            return [
                Warning(
                    f"There is no table {TABLE.regclass}, or this role may not see it.",
                    hint="Run manage.py init_dlq, or set DLQ_SCHEMA and DLQ_TABLE.",
                    id="dlq.W001",
                ),
                *_check_rights(found),
            ]
        parts: tuple[Callable[[dict[str, TableColumn]], list[CheckMessage]], ...] = (
            _check_columns,
            _check_patterns,
            _check_extra_columns,
            _check_queue,
            _check_rights,
            _check_writable,
            _check_indexes,
            _check_unique_key,
        )
        return [problem for part in parts for problem in part(found)]
    except DatabaseError as error:
        return [
            Error(f"The table could not be examined: {str(error).strip()}", hint="Is the database up?", id="dlq.E010")
        ]


def _check_columns(found: dict[str, TableColumn]) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for problem in column_problems(TABLE, found):
        sentence, name = problem.sentence(TABLE), problem.name
        if problem.type_name:
            hint = f"ALTER TABLE … ALTER COLUMN {name} TYPE {problem.wanted}."
            problems.append(Error(sentence, hint=hint, id="dlq.E012"))
        else:
            is_job_id = name == TABLE.job_id_column
            hint = "Set DLQ_JOB_ID_COLUMN to its name." if is_job_id else "Add it, or run init_dlq on a new table."
            problems.append(Error(sentence, hint=hint, id="dlq.E011"))
    return problems


def _check_patterns(_found: dict[str, TableColumn]) -> list[CheckMessage]:
    """What Python takes for a regular expression PostgreSQL may not."""
    try:
        values = configured().values
    except BadRule:
        return []
    problems: list[CheckMessage] = []
    for name, pattern in values:
        try:
            with atomic():
                scalar("SELECT '' ~ %(pattern)s", {"pattern": pattern})
        except DatabaseError as error:
            problems.append(
                Error(
                    f"DLQ_REDACT: PostgreSQL does not read the pattern “{name}”: {first_line(error)}.",
                    hint="Write it so that both Python and PostgreSQL read it.",
                    id="dlq.E015",
                )
            )
    return problems


def _check_extra_columns(found: dict[str, TableColumn]) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name in conf.EXTRA_COLUMNS:
        if name not in found:
            problems.append(
                Error(
                    f"DLQ_EXTRA_COLUMNS names {name}, but {TABLE.regclass} has no such column.",
                    hint="Fix the setting.",
                    id="dlq.E013",
                )
            )
        elif not _has_equality(found[name]):
            problems.append(
                Error(
                    f"Column {name} is of type {found[name].type_name}, which can't be compared, so it can't be a filter.",
                    hint="Take it out of DLQ_EXTRA_COLUMNS: the entry page shows it all the same.",
                    id="dlq.E014",
                )
            )
    return problems


def _has_equality(column: TableColumn) -> bool:
    if column.type_name == "json":  # compared as jsonb
        return True
    try:
        with atomic():
            rows(f"SELECT FROM {TABLE.names['table']} WHERE {quoted(column.name)} = NULL::{column.type_name} LIMIT 0")
    except DatabaseError:
        return False
    return True


def _check_queue(_found: dict[str, TableColumn]) -> list[CheckMessage]:
    """Row level security hides the queue's rows without a word from a role that is neither its owner nor BYPASSRLS."""
    if queue_is_older(TABLE):
        return []
    jobs = f"{TABLE.names['schema']}._private_jobs".replace("%%", "%")
    if not scalar("SELECT to_regclass(%(jobs)s) IS NOT NULL", {"jobs": jobs}):
        return [
            Warning(
                f"There is no queue in schema {TABLE.schema}: requeueing will not work.",
                hint="Let graphile_worker install its schema there, or set DLQ_SCHEMA.",
                id="dlq.W002",
            )
        ]
    if hidden := hidden_by_row_security(TABLE):
        (role,) = rows("SELECT quote_ident(current_user)")[0]
        return [
            Warning(
                f"Row level security hides {', '.join(hidden)} from this database role: it reads no jobs, and requeueing fails.",
                hint=f"As a superuser: ALTER ROLE {role} BYPASSRLS; or as the owner what init_dlq --grants {role} prints.",
                id="dlq.W003",
            )
        ]
    return [
        Warning(sentence, hint="Let graphile_worker, or the backfill library, migrate its schema.", id="dlq.W007")
        for sentence in missing_parts(TABLE)
    ]


def _check_rights(_found: dict[str, TableColumn]) -> list[CheckMessage]:
    found = [Warning(right.sentence, hint=f"As the owner: {right.cure}", id="dlq.W006") for right in lacking(TABLE)]
    no_room = [Warning(problem.sentence, hint=problem.cure, id="dlq.W008") for problem in nowhere_to_migrate()]
    return [*found, *no_room]


def _check_writable(_found: dict[str, TableColumn]) -> list[CheckMessage]:
    if not (sentence := why_read_only(TABLE)):
        return []
    if queue_is_older(TABLE):
        hint = "Upgrade graphile-worker: it migrates its schema when it starts."
        return [Warning(f"All pages are read-only: {sentence}", hint=hint, id="dlq.W010")]
    hint = (
        "Set DLQ_TABLE to the table that it reads, if failed jobs are to be requeued and deleted from here."
        if is_view(TABLE)
        else "If it is to do more: what init_dlq --grants ROLE prints."
    )
    return [Warning(f"All pages are read-only: {sentence}", hint=hint, id="dlq.W009")]


def _check_indexes(found: dict[str, TableColumn]) -> list[CheckMessage]:
    """Those that pages need; the page "Indexes" tells of the others, too."""
    return [
        Warning(
            f"{TABLE.regclass} has no index {index.wanted.on}: pages will be slow on a large table. "
            f"It serves: {index.wanted.serves}",
            hint=f"Run manage.py init_dlq, which builds it without blocking writers, or yourself: {index.sql}",
            id="dlq.W004",
        )
        for index in advice(TABLE)
        if not index.is_there and index.wanted.kind != "optional" and found.keys() >= set(index.wanted.columns)
    ]


def _check_unique_key(found: dict[str, TableColumn]) -> list[CheckMessage]:
    """The library's processor upserts by key, and fails for every job, also one without a key, where no index allows that."""
    if "job_key" not in found or is_view(TABLE) or uniqueness(TABLE).upserts_by_key:
        return []
    cure = (
        "A table partitioned by failed_at can’t have one: move failed jobs by process_failed_jobs --watch."
        if table_state(TABLE).is_partitioned
        else "If the library’s processor is to move jobs: keep one entry of each key, drop a constraint that is deferrable or"
        f" takes nulls for equal, and then: {create_index(TABLE, UNIQUE_KEY, concurrently=True)}"
    )
    return [
        Warning(
            f"{TABLE.regclass} has no unique index on job_key that an upsert can use: the backfill library (3.1) then moves no"
            " failed job here (“no unique or exclusion constraint matching the ON CONFLICT specification”), and its worker"
            " deletes them when it starts. process_failed_jobs of this application works without one.",
            hint=cure,
            id="dlq.W005",
        )
    ]
