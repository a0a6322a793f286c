"""An index knows which entries have anything to mask; a file is the same with it and without."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from dlq import client
from dlq.export.copying import csv_lines, json_lines
from dlq.models import BackfillDlq
from dlq.redaction.candidates import LONG, masking_index
from dlq.redaction.rules import NONE
from dlq.table.index_advice import create_index, index_name
from dlq.table.indexes import table_state
from dlq.table.location import TABLE
from tests.redaction.places import DOCUMENTS, SECRET, TEXTS
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, get, text_of

pytestmark = pytest.mark.django_db


def files() -> list[bytes]:
    entries = BackfillDlq.objects.order_by("id")
    return [b"".join(csv_lines(entries)), b"".join(json_lines(entries))]


def test_files_are_the_same_with_the_index_and_without() -> None:
    sql(f"ALTER TABLE {TABLE.regclass} ADD COLUMN api_token text, ADD COLUMN more json, ADD COLUMN lines text[]")
    add_entries(50)
    for number, text in enumerate(TEXTS):
        add_entry(payload=json.dumps(DOCUMENTS[number]), last_error=json.dumps(text))
        add_entry(notes=text)
        add_entry(more=json.dumps(text))
        add_entry(lines=[text])
    add_entry(api_token=SECRET, payload=json.dumps({"long": "x" * LONG, "password": SECRET}))
    without = files()
    sql(create_index(TABLE, masking_index(TABLE)))
    assert files() == without
    assert not any(SECRET.encode() in file for file in without)


def masking_index_names() -> list[str]:
    return [index.name for index in table_state(TABLE).indexes if "_masked_" in index.name]


def test_init_dlq_makes_the_index() -> None:
    assert masking_index_names() == [index_name(TABLE, masking_index(TABLE).suffix)]


def test_other_rules_want_another_index_in_its_place(settings: Any, boss: Client) -> None:
    (before,) = masking_index_names()
    settings.DLQ_REDACT = ["pin"]
    assert masking_index(TABLE).suffix not in before
    assert f'DROP INDEX CONCURRENTLY IF EXISTS "{SCHEMA}"."{before}";' in text_of(
        get(boss, f"{LIST}indexes/").one("main")
    )
    assert client.init_dlq() == []
    assert masking_index_names() == [index_name(TABLE, masking_index(TABLE).suffix)]


def test_an_index_of_former_rules_that_was_left_is_dropped_later(settings: Any) -> None:
    (before,) = masking_index_names()
    settings.DLQ_REDACT = ["pin"]
    sql(create_index(TABLE, masking_index(TABLE)))
    sql(f"CREATE INDEX owners_masked_0a1b2c3d ON {TABLE.regclass} (id) WHERE queue_name = ''")
    assert client.init_dlq() == []
    assert masking_index_names() == [index_name(TABLE, masking_index(TABLE).suffix), "owners_masked_0a1b2c3d"]
    assert before not in masking_index_names()


def test_no_rules_want_none(settings: Any) -> None:
    sql(f'DROP INDEX "{SCHEMA}"."{masking_index_names()[0]}"')
    settings.DLQ_REDACT = [NONE]
    client.init_dlq()
    assert masking_index_names() == []
