"""The statements that are longer than a few lines, each in a file of its own beside this one.

In a file `{schema}`, `{table}` and `{job_id}` stand for the quoted names of a `DlqTable`, and `%(name)s` for a parameter.
The queue's own relations are written out as `{schema}.jobs` and so on, the app's own tables (`dlq_*`) plainly.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor

from dlq.table import DlqTable


def statement(name: str, table: DlqTable, **made: str) -> str:
    """The statement in the file `name` (as "requeue/act"), with the table's names filled in.

    `made` are further placeholders: SQL that the caller made of quoted names. KeyError for a placeholder nobody filled.
    """
    names = table.names | made
    return re.sub(r"\{(\w+)\}", lambda placeholder: names[placeholder[1]], _text(name))


def written_in(queryset: QuerySet[Any]) -> str:
    """The queryset's SELECT, unordered, with its values written in, quoted: to stand within a statement with parameters."""
    try:
        query, parameters = queryset.order_by().query.sql_with_params()
    except EmptyResultSet:  # what the filter says no row can be
        return f"SELECT * FROM {queryset.model._meta.db_table} WHERE false"  # noqa: S608 (a quoted name)
    connection.ensure_connection()
    return ClientCursor(connection.connection).mogrify(query, parameters).replace("%", "%%")


@cache
def _text(name: str) -> str:
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
