"""The tables that migrations make, of this app and of what it stands on: which the database lacks, in whole or in part."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import router
from django.db.models import Model

from dlq.db.database import alias, connection
from dlq.db.statements import rows
from dlq.table.location import TABLE

APPS = ("dlq", "auth", "contenttypes", "sessions")
MOST_NAMED = 5


def own_models() -> Iterator[type[Model]]:
    """Those with a table of their own in the queue's database; users and sessions may be in another."""
    for label in APPS:
        if apps.is_installed(f"django.contrib.{label}") or label == "dlq":
            for model in apps.get_app_config(label).get_models(include_auto_created=True):
                if _is_made(model) and router.db_for_read(model) == alias():
                    yield model


def _is_made(model: type[Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and not model._meta.swapped


def own_tables() -> list[str]:
    return [connection.ops.quote_name(model._meta.db_table) for model in own_models()]


def lacking() -> list[str]:
    """“table a” or “column b of c”, a few of them."""
    columns = [
        (model._meta.db_table, field.column) for model in own_models() for field in model._meta.local_concrete_fields
    ]
    wanted = {
        "names": [table for table, _column in columns],
        "tables": [connection.ops.quote_name(table) for table, _column in columns],
        "columns": [column for _table, column in columns],
    }
    found = rows(TABLE.statement("faults/own_tables"), wanted)
    missing = [f"column {column} of {table}" if column else f"table {table}" for table, column in found]
    more = len(missing) - MOST_NAMED
    return [*missing[:MOST_NAMED], f"{more} more"] if more > 0 else missing
