"""What people changed is recorded with the change, and outlives them."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction

from dlq.entries.timeline import full_history
from dlq.models import BackfillDlq, EditRecord, FailurePattern
from dlq.patterns.edits import FIELDS, edits_of, save_edit
from dlq.patterns.merging import merge
from tests.support.database import sql, value
from tests.support.entries import add_entry
from tests.support.patterns import group_everything, pattern_of

pytestmark = pytest.mark.django_db

MIGRATION = importlib.import_module("dlq.migrations.0007_records")


def new_pattern(error: str) -> FailurePattern:
    entry = add_entry(last_error=f'"{error}"')
    group_everything()
    return pattern_of(entry)


def edit(pattern: FailurePattern, **written: Any) -> None:
    pattern.refresh_from_db()
    values = {name: getattr(pattern, name) for name in FIELDS}
    save_edit(pattern.pk, seen=pattern.edit_number, values=values | written, actor="ann")


def test_each_changed_field_is_recorded_with_both_values_name_and_the_databases_time() -> None:
    pattern = new_pattern("Disk full")
    edit(pattern, notes="call\nthe customer", assignee="bob")
    record = EditRecord.objects.get()
    assert (record.kind, record.object_id, record.actor) == ("pattern", pattern.pk, "ann")
    assert record.changes == [
        {"label": "Assignee", "before": "–", "after": "bob"},
        {"label": "Notes", "before": "–", "after": "call\nthe customer"},
    ]
    assert record.created_at == value("SELECT now()")
    assert record.in_words == "Assignee: – → bob\nNotes: – → call\nthe customer"


def test_nothing_is_changed_when_it_can_not_be_recorded() -> None:
    pattern = new_pattern("Disk full")
    sql("ALTER TABLE dlq_editrecord ADD CHECK (actor <> 'ann')")
    with pytest.raises(DatabaseError), transaction.atomic():
        edit(pattern, notes="mine")
    pattern.refresh_from_db()
    assert (pattern.notes, pattern.edit_number) == ("", 0)


def test_edits_are_still_known_when_a_pattern_became_a_part_of_another_one() -> None:
    one, two, other = new_pattern("Disk full"), new_pattern("No such host"), new_pattern("Bad value")
    edit(one, notes="of one")
    edit(two, notes="of two")
    edit(other, notes="of the other")
    merge(one, into=two)
    assert [record.in_words for record in edits_of(two)] == ["Notes: – → of two", "Notes: – → of one"]


def test_log_of_before_is_copied_with_the_names_of_those_who_are_in_it() -> None:
    pattern, entry = new_pattern("Disk full"), add_entry()
    user = User.objects.create(username="ann")
    for model, number, message in (
        (FailurePattern, pattern.pk, "State: new → known\nNotes: – → x"),
        (BackfillDlq, entry, "Changed notes from “a” to “b”."),
        (BackfillDlq, entry, MIGRATION.NOTES_CHANGED),
        (User, user.pk, "Changed password."),
    ):
        content_type = ContentType.objects.get_for_model(model)
        LogEntry.objects.create(
            user=user, content_type=content_type, object_id=str(number), action_flag=CHANGE, change_message=message
        )
    MIGRATION.copy_log(apps, connection.schema_editor())
    user.delete()
    assert not LogEntry.objects.exists()
    assert [(record.actor, record.in_words) for record in edits_of(pattern)] == [
        ("ann", "State: new → known\nNotes: – → x")
    ]
    told = [(event.what, event.who, event.detail) for event in full_history(entry, None)]
    assert told == [("Changed", "ann", "Changed notes from “a” to “b”.")]
    assert EditRecord.objects.count() == 2
