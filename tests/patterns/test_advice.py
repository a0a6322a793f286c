"""The advice about a pattern stands where people decide: on each of its failed jobs, and on every confirmation page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dlq.models import FailurePattern
from dlq.patterns import advice as advice_module
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, Page, ask, entry_url, get, text_of
from tests.support.patterns import group_everything, pattern_of
from tests.support.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(db: None) -> list[int]:
    entries = add_entries(3, last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    FailurePattern.objects.update(advice="no", advice_text="Not before the mail server is back.", assignee="ann")
    return entries


def advice(page: Page) -> list[str]:
    boxes = page.all("section", class_="dlq-advice-box")
    return [text_of(item) for box in boxes for item in box.iter("li")]


def test_entry_shows_its_pattern_with_its_advice(refused: list[int], viewer: User) -> None:
    page = get(client_of(viewer), entry_url(refused[0]))
    (box,) = page.all("div", class_="dlq-advice-box")
    assert "Pattern: Connection refused new Assignee: ann" in text_of(box)
    assert "do not requeue Not before the mail server is back." in text_of(box)
    assert page.links("Connection refused") == [f"/admin/dlq/failurepattern/{pattern_of(refused[0]).pk}/change/"]


@pytest.mark.parametrize(("advice", "shown"), [("no", True), ("ask", True), ("yes", False), ("", False)])
def test_list_warns_in_the_row_when_people_should_think_first(
    refused: list[int], viewer: User, advice: str, shown: bool
) -> None:
    FailurePattern.objects.update(advice=advice)
    other = add_entry(last_error='"Disk full"')
    page = get(client_of(viewer), LIST)
    warned = [text_of(cell) for cell in page.all("td", class_="field-error") if "requeue" in text_of(cell)]
    assert len(page.entries) == 4
    assert len(warned) == (3 if shown else 0)
    assert other


def test_entry_shows_no_pattern_when_it_is_not_sorted_yet(viewer: User) -> None:
    assert not get(client_of(viewer), entry_url(add_entry())).all("div", class_="dlq-advice-box")


@pytest.mark.parametrize("kind", ["requeue", "delete", "note"])
@pytest.mark.parametrize("everything", [True, False])
def test_confirmation_says_how_many_the_advice_is_about(
    refused: list[int], boss: Client, kind: str, everything: bool
) -> None:
    other = add_entry(last_error='"Disk full"')
    group_everything()
    page = ask(boss, kind, [*refused[:2], other], everything=everything)
    count = 3 if everything else 2
    assert advice(page) == [
        f"{count} of these: “Connection refused” (send_email) do not requeue Not before the mail server is back."
    ]


def test_warnings_stand_first_when_several_patterns_have_advice(refused: list[int], boss: Client) -> None:
    for error, kind in (("Disk full", "yes"), ("Mailbox full", "ask")):
        number = add_entry(last_error=f'"{error}"')
        add_entry(last_error=f'"{error}"')
        group_everything()
        FailurePattern.objects.filter(pk=pattern_of(number).pk).update(advice=kind)
    assert [item.split("”")[0] for item in advice(ask(boss, "requeue", everything=True))] == [
        "3 of these: “Connection refused",
        "2 of these: “Mailbox full",
        "2 of these: “Disk full",
    ]
    assert refused


def test_no_advice_stands_there_when_it_concerns_none_of_them(refused: list[int], boss: Client) -> None:
    other = add_entry(last_error='"Disk full"')
    group_everything()
    assert advice(ask(boss, "requeue", [other])) == []
    assert refused


def test_newest_are_looked_at_when_counting_takes_too_long(
    refused: list[int], boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time limit that nothing can keep stands for a table that is too large."""
    monkeypatch.setattr(advice_module, "SECONDS", 0.2)
    monkeypatch.setattr(advice_module, "SAMPLE", 2)
    # A view in the place of the sorted entries that takes its time over all of them, not over two.
    sql("ALTER TABLE dlq_entrypattern RENAME TO kept_entrypattern")
    sql(
        "CREATE VIEW dlq_entrypattern AS SELECT e.* FROM kept_entrypattern e"
        f" WHERE e.entry_id <> {refused[2]} OR pg_sleep(1) IS NOT NULL"
    )
    page = ask(boss, "requeue", everything=True)
    assert advice(page) == [
        "2 of the newest 2: “Connection refused” (send_email) do not requeue Not before the mail server is back."
    ]


def test_recovered_entries_are_not_counted_when_the_list_hides_them(refused: list[int], boss: Client) -> None:
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq WHERE id = %s", refused[0])
    assert advice(ask(boss, "requeue", everything=True))[0].startswith("2 of these")
