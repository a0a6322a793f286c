"""System checks: the settings (at every start) and the table (`manage.py check --database default`, and on migrate).

docs/checks.md explains each id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, transaction

from dlq.conf import conf
from dlq.db.errors import first_line
from dlq.db.identifiers import quoted
from dlq.db.statements import rows, scalar
from dlq.faults.rights import lacking
from dlq.redaction.rules import BadRule, configured
from dlq.table.columns import TableColumn, table_columns
from dlq.table.index_advice import advice, create_index
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from dlq.table.shape import column_problems, missing_parts
from dlq.table.uniqueness import uniqueness
from dlq.table.wanted_indexes import UNIQUE_KEY

POSITIVE = ("STATEMENT_TIMEOUT", "CHUNK_SIZE", "CONFIRM_ABOVE", "TRASH_DAYS", "KEEP_DAYS")
NOT_NEGATIVE = (
    "ALERT_NEW_PER_HOUR",
    "ALERT_HOURS",
    "ALERT_CRITICAL_NEW_PER_HOUR",
    "ALERT_CRITICAL_TOTAL",
    "ALERT_OLDEST_DAYS",
    "ALERT_TASK_HOURS",
    "ALERT_SPIKE_HOURS",
    "ALERT_SPIKE_FACTOR",
    "ALERT_SPIKE_LEAST",
)
"""0 switches the alarm off."""


@register(Tags.models)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if problem := TABLE.problem:
        problems.append(Error(problem, hint="Set DLQ_SCHEMA, DLQ_TABLE and DLQ_JOB_ID_COLUMN.", id="dlq.E001"))
    for name in POSITIVE:
        value = getattr(conf, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            problems.append(
                Error(
                    f"DLQ_{name} must be a whole number of at least 1, not {value!r}.",
                    hint="Fix the setting.",
                    id="dlq.E002",
                )
            )
    for name in NOT_NEGATIVE:
        value = getattr(conf, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            problems.append(
                Error(
                    f"DLQ_{name} must be a whole number of at least 0 (off), not {value!r}.",
                    hint="Fix the setting.",
                    id="dlq.E002",
                )
            )
    columns = conf.EXTRA_COLUMNS
    if isinstance(columns, str) or not all(isinstance(name, str) and name for name in columns):
        problems.append(
            Error("DLQ_EXTRA_COLUMNS must be a list of column names.", hint='As in ["tenant_id"].', id="dlq.E003")
        )
    try:
        configured()
    except BadRule as problem:
        problems.append(
            Error(str(problem), hint="Fix the rule: docs/running.md, “What is masked”, has examples.", id="dlq.E005")
        )
    if not apps.is_installed("django_htmx"):
        problems.append(
            Error("The pages need django-htmx.", hint='Add "django_htmx" to INSTALLED_APPS.', id="dlq.E004")
        )
    return problems


@register(Tags.database)
def check_table(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare the table with the model, and look whether this role can work with the queue."""
    if not databases or "default" not in databases or TABLE.problem:
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
            with transaction.atomic():
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
        with transaction.atomic():
            rows(f"SELECT FROM {TABLE.names['table']} WHERE {quoted(column.name)} = NULL::{column.type_name} LIMIT 0")
    except DatabaseError:
        return False
    return True


def _check_queue(_found: dict[str, TableColumn]) -> list[CheckMessage]:
    """Row level security hides the queue's rows without a word from a role that is neither its owner nor BYPASSRLS."""
    jobs = f"{TABLE.names['schema']}._private_jobs".replace("%%", "%")
    if not scalar("SELECT to_regclass(%(jobs)s) IS NOT NULL", {"jobs": jobs}):
        return [
            Warning(
                f"There is no queue in schema {TABLE.schema}: requeueing will not work.",
                hint="Let graphile_worker install its schema there, or set DLQ_SCHEMA.",
                id="dlq.W002",
            )
        ]
    if scalar("SELECT row_security_active(%(jobs)s)", {"jobs": jobs}):
        return [
            Warning(
                f"Row level security hides the queue {jobs} from this database role: it reads no jobs, and requeueing fails.",
                hint="Connect as the queue's owner, or give the role BYPASSRLS, or add policies for it.",
                id="dlq.W003",
            )
        ]
    return [
        Warning(sentence, hint="Let graphile_worker, or the backfill library, migrate its schema.", id="dlq.W007")
        for sentence in missing_parts(TABLE)
    ]


def _check_rights(_found: dict[str, TableColumn]) -> list[CheckMessage]:
    return [Warning(right.sentence, hint=f"As the owner: {right.cure}", id="dlq.W006") for right in lacking(TABLE)]


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
    if "job_key" not in found or uniqueness(TABLE).upserts_by_key:
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
