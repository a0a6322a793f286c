"""What PostgreSQL's catalogue says of the dead letter table, above all the columns that its owner added."""

from __future__ import annotations

from dataclasses import dataclass

from dlq.conf import conf
from dlq.db import dicts, scalar
from dlq.sql import statement
from dlq.table import DlqTable


@dataclass(frozen=True)
class Column:
    """One column of the table as it is now."""

    name: str
    type_name: str
    """As `format_type` prints it: a valid name for a cast, e.g. "character varying(20)"."""
    not_null: bool
    has_default: bool
    """Also for an identity or generated column: an INSERT may leave it out."""
    is_generated: bool


def columns(table: DlqTable) -> list[Column]:
    """The table's columns in their order; empty where there is no such table."""
    found = dicts(statement("catalogue/columns", table), {"schema": table.schema, "name": table.name})
    return [Column(**column) for column in found]


def keys_are_unique(table: DlqTable) -> bool:
    """Whether a unique index keeps two entries from having the same key. Both kinds of table are in the field."""
    return bool(scalar(statement("catalogue/has_unique_key", table), {"table": table.regclass}))


def owner_columns(table: DlqTable) -> list[Column]:
    """The columns that the `backfill` library does not know."""
    from dlq.models import BackfillDlq

    known = {field.column for field in BackfillDlq._meta.concrete_fields}
    return [column for column in columns(table) if column.name not in known]


def listed_columns(table: DlqTable) -> list[Column]:
    """The owner's columns that DLQ_EXTRA_COLUMNS names, in its order. A name that is not there is left to check dlq.E013."""
    if not conf.EXTRA_COLUMNS:
        return []
    by_name = {column.name: column for column in owner_columns(table)}
    return [by_name[name] for name in conf.EXTRA_COLUMNS if name in by_name]
