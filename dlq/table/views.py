"""Which indexes the table has and lacks, with the statements for its owner. Nothing is done from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse

from dlq.table.index_advice import advice
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from dlq.table.wanted_indexes import Wanted
from dlq.web.decorators import framed


def indexes(model_admin: ModelAdmin[Any], request: HttpRequest, more: Sequence[Wanted] = ()) -> HttpResponse:
    """`more`: of what topics above know."""
    found = advice(TABLE, more)
    context = {
        "title": "Indexes",
        "table": TABLE.regclass,
        "state": table_state(TABLE),
        "missing": [index for index in found if not index.is_there and index.wanted.kind != "optional"],
        "optional": [index for index in found if not index.is_there and index.wanted.kind == "optional"],
        "present": [index for index in found if index.is_there],
    }
    return framed(model_admin, request, "dlq/table/indexes.html", context)
