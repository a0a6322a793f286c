"""Statements that are longer than a few lines: each in an SQL file of its own, beside the module that runs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor

from dlq.db.identifiers import quoted


def load(name: str, placeholders: Mapping[str, str]) -> str:
    """The statement in the file `name` below `dlq/` ("outcomes/decide"), with what it has in braces filled in.

    `%(name)s` stays for a parameter. KeyError for a placeholder that nobody filled.
    """
    return re.sub(r"\{(\w+)\}", lambda placeholder: placeholders[placeholder[1]], _text(name))


def inlined(queryset: QuerySet[Any]) -> str:
    """The queryset's SELECT, unordered, with its values written in, quoted: for use within a statement with parameters."""
    try:
        query, parameters = queryset.order_by().query.sql_with_params()
    except EmptyResultSet:  # what the filter says no row can be
        added = "".join(f", NULL AS {quoted(name)}" for name in queryset.query.annotations)
        return f"SELECT *{added} FROM {queryset.model._meta.db_table} WHERE false"  # noqa: S608 (quoted names)
    connection.ensure_connection()
    return ClientCursor(connection.connection).mogrify(query, parameters).replace("%", "%%")


@cache
def _text(name: str) -> str:
    return files("dlq").joinpath(f"{name}.sql").read_text(encoding="utf-8")
