"""What an error means, also where the catalogue has to tell: over an altered table both PostgreSQL and Python stumble."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import psycopg
from django.db import Error

from dlq.db.limits import in_time
from dlq.db.statements import execute
from dlq.faults.fault import ALTERED, MISSING, NO_RIGHT, NOT_MIGRATED, Fault
from dlq.faults.meanings import meaning
from dlq.faults.own_tables import lacking
from dlq.faults.rights import lacking_rights
from dlq.redaction.texts import said_by
from dlq.table.columns import table_columns
from dlq.table.location import TABLE
from dlq.table.shape import column_problems, missing_parts

DATABASE_ERRORS = (Error, psycopg.Error)
SECONDS = 0.5
"""That the catalogue may take: the page has mostly waited for something already."""


def fault_of(error: BaseException) -> Fault | None:
    """What is wrong; None for an error that the database is not to blame for."""
    fault = known = meaning(error)
    if known in (None, ALTERED, NO_RIGHT):
        with suppress(Error):
            fault = in_time(SECONDS, lambda: _looked_up(known)) or known
    return replace(fault, detail=said_by(error)) if fault and isinstance(error, DATABASE_ERRORS) else fault


def words_of(error: BaseException) -> str | None:
    """In one line: what is wrong, or what else the database said; None for an error that is not the database's."""
    if fault := fault_of(error):
        return fault.words
    return said_by(error) if isinstance(error, DATABASE_ERRORS) else None


def _looked_up(known: Fault | None) -> Fault | None:
    """What the catalogue says of such an error; None if all is as it should be."""
    if known is NO_RIGHT:
        # PostgreSQL keeps the plans of the queue's functions as the role's rights were, until the connection ends.
        execute("DISCARD PLANS")
        return _told(NO_RIGHT, lacking_rights(TABLE))
    if known is ALTERED:
        if tables := lacking():
            return replace(NOT_MIGRATED, sentence=f"The database lacks what a migration makes: {', '.join(tables)}.")
        if parts := missing_parts(TABLE):
            return _told(MISSING, parts)
    found = {column.name: column for column in table_columns(TABLE)}
    return _told(ALTERED, [problem.sentence(TABLE) for problem in column_problems(TABLE, found)] if found else [])


def _told(fault: Fault, sentences: list[str]) -> Fault | None:
    return replace(fault, sentence=" ".join(sentences)) if sentences else None
