"""The status of an entry, as far as it is stored, and whether the entry may tell of a job that succeeded."""

from __future__ import annotations

from django.db.models import BooleanField, TextField

from dlq.db.expressions import OfRow
from dlq.table.location import TABLE

SUPERSEDED = "superseded"
"""The status of an earlier life of a chain."""


class EntryStatus(OfRow):
    """What is stored of what became of the entry: new, requeued, failed_again, recovered, lost, unknown, gone or superseded."""

    output_field = TextField()

    def __init__(self, *, stands: bool = False) -> None:
        """`stands`: another condition has left out those that are superseded."""
        super().__init__()
        self.stands = stands

    def written(self, row: str) -> str:
        return entry_status(row, stands=self.stands)


class IsSuperseded(OfRow):
    """Whether a later life of the entry's chain is in the table, so that the entry is not a failure of its own."""

    output_field = BooleanField()

    def written(self, row: str) -> str:
        return superseded(row)


class WasRequeued(OfRow):
    """Whether somebody requeued the failure, in this life or in an earlier one."""

    output_field = BooleanField()

    def written(self, row: str) -> str:
        return was_requeued(row)


class EntryUncertainty(OfRow):
    """Whether its last attempt may have succeeded, as far as it is stored. Beside the status, not one of its values."""

    output_field = BooleanField()

    def written(self, row: str) -> str:
        return entry_uncertainty(row)


def entry_status(entry: str, *, stands: bool = False) -> str:
    """SQL; `entry` is the alias of the entry's row."""
    return TABLE.statement("models/entry_status", entry=entry, superseded="false" if stands else superseded(entry))


def superseded(entry: str) -> str:
    """SQL; `entry` is the alias of the entry's row."""
    return TABLE.statement("models/superseded", entry=entry)


def was_requeued(entry: str) -> str:
    """A condition about the row with this alias, see was_requeued.sql."""
    return TABLE.statement("models/was_requeued", entry=entry)


def entry_uncertainty(entry: str) -> str:
    """A condition about the row with this alias, see entry_uncertainty.sql."""
    return TABLE.statement("models/entry_uncertainty", entry=entry, has_no_error=has_no_error(entry))


def has_no_error(entry: str) -> str:
    """A condition about the row with this alias, see has_no_error.sql."""
    return TABLE.statement("models/has_no_error", entry=entry)
