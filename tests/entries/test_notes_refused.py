"""A note that the table does not take: the page says so, and the text is kept for another try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User

from dlq.db import limits
from dlq.models import EntryNote
from tests.support.database import SCHEMA, another_connection, sql
from tests.support.entries import add_entry, cell
from tests.support.pages import Page, entry_url, pattern_url
from tests.support.patterns import group_everything, pattern_of
from tests.support.people import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def trigger(body: str, *, deferred: bool = False) -> Iterator[None]:
    sql(f"CREATE FUNCTION owners() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
    how = "CONSTRAINT TRIGGER owners AFTER UPDATE" if deferred else "TRIGGER owners BEFORE UPDATE"
    late = "DEFERRABLE INITIALLY DEFERRED" if deferred else ""
    sql(f"CREATE {how} ON {SCHEMA}.backfill_dlq {late} FOR EACH ROW EXECUTE FUNCTION owners()")
    try:
        yield
    finally:
        sql(f"DROP TRIGGER owners ON {SCHEMA}.backfill_dlq; DROP FUNCTION owners()")


def save(user: User, entry: int) -> Page:
    return Page.of(client_of(user).post(entry_url(entry), {"notes": "typed at length", "seen": ""}, follow=True))


@pytest.mark.parametrize(
    ("body", "deferred", "sentence"),
    [
        ("RETURN NULL;", False, "a trigger of the table’s owner kept them as they were."),
        ("RAISE EXCEPTION 'no notes on Sundays';", False, "the database refused them: no notes on Sundays"),
        ("RAISE EXCEPTION 'checked late';", True, "the database refused them: checked late"),
    ],
)
def test_page_says_why_and_keeps_the_text(annotator: User, body: str, deferred: bool, sentence: str) -> None:
    entry = add_entry()
    with trigger(body, deferred=deferred):
        page = save(annotator, entry)
    assert page.status == 200
    assert f"The notes were not saved: {sentence}" in page.text
    assert "typed at length" in "".join(page.one("textarea", name="notes").itertext())
    assert (cell(entry, "notes"), EntryNote.objects.count()) == (None, 0)
    assert "The notes were saved." in save(annotator, entry).messages


@pytest.mark.parametrize("what", ["notes", "pattern"])
def test_nobody_waits_for_long_when_somebody_else_holds_the_row(
    annotator: User, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    entry = add_entry()
    group_everything()
    pattern = pattern_of(entry).pk
    monkeypatch.setattr(
        limits, "_milliseconds", lambda seconds: "200ms" if seconds == limits.LOCK_SECONDS else f"{seconds}s"
    )
    with another_connection() as other:
        other.execute(f"SELECT FROM {SCHEMA}.backfill_dlq FOR UPDATE")
        other.execute("SELECT FROM dlq_failurepattern FOR UPDATE")
        if what == "notes":
            page = save(annotator, entry)
            assert "somebody else is changing this failed job at the moment" in page.text
        else:
            form = {"state": "known", "seen": "0", "notes": "typed at length"}
            page = Page.of(client_of(annotator).post(pattern_url(pattern), form, follow=True))
            assert "Somebody else is changing this pattern at the moment." in page.messages[0]
    assert page.status == 200
    assert "typed at length" in page.text
