"""The trash: what is in it, and the ways back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.admin import trashed_jobs
from dlq.models import DeletedEntry
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry, ids, text_of
from tests.support.operations import operate
from tests.support.pages import LIST, TRASH, Page, get, history_url, operation_url
from tests.support.pages import text_of as words_of
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db


def put_back(client: Client, chosen: list[int], *, everything: bool = False) -> Page:
    form = {"action": "restore_selected", "_selected_action": chosen, "select_across": "1" if everything else "0"}
    return Page.of(client.post(TRASH, form, follow=True))


def pks(*entries: int) -> list[int]:
    return list(DeletedEntry.objects.filter(entry_id__in=entries).values_list("pk", flat=True))


def test_entry_stands_in_the_trash_with_who_and_why_when_deleted(boss: Client) -> None:
    entry = add_entry(task_identifier="charge_card")
    operation = operate("delete", [entry], actor="dan", reason="too old")
    page = get(boss, TRASH)
    for words in (f"#{entry}", "charge_card", "dan", "too old", "in 30 d"):
        assert words in page.text
    assert page.links(f"operation {operation.pk}") == [operation_url(operation.pk)]


def test_page_says_so_when_the_trash_is_empty(boss: Client) -> None:
    assert "The trash is empty." in get(boss, TRASH).text


def test_all_are_offered_where_a_search_leaves_some_out(boss: Client) -> None:
    operate("delete", [add_entry(task_identifier="charge_card"), add_entry(task_identifier="send_email")])
    everything, some = get(boss, TRASH), get(boss, TRASH, q="charge_card")
    assert ("2 trashed jobs" in everything.text, everything.links("Show all")) == (True, [])
    assert ("1 trashed job" in some.text, some.links("Show all")) == (True, ["?"])


def test_chosen_entries_come_back_when_restored(boss: Client) -> None:
    entries = add_entries(4)
    before = [text_of(entry) for entry in entries]
    operate("delete", entries[:2])
    operate("delete", entries[2:])
    page = put_back(boss, pks(entries[0], entries[3]))
    assert "Restored from the trash: 2 failed jobs." in page.text
    assert ids() == [entries[0], entries[3]]
    put_back(boss, pks(entries[1]), everything=True)
    assert [text_of(entry) for entry in ids()] == before


def test_nothing_is_done_when_too_many_are_chosen(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trashed_jobs, "MOST_CHOSEN", 2)
    entries = add_entries(3)
    operate("delete", entries)
    page = put_back(boss, pks(*entries))
    assert "Nothing was done" in page.messages[0]
    assert ids() == []


def test_trash_of_one_operation_is_shown_when_asked_for(boss: Client) -> None:
    first, second = add_entries(2)
    operation = operate("delete", [first])
    operate("delete", [second])
    page = get(boss, TRASH, operation__id__exact=operation.pk)
    assert [link for link in (f"#{first}", f"#{second}") if page.links(link)] == [f"#{first}"]


def test_entry_is_found_when_its_number_is_searched(boss: Client) -> None:
    # A small number stands in other texts, too.
    sql(f"SELECT setval(pg_get_serial_sequence('{SCHEMA}.backfill_dlq', 'id'), 90001717)")
    first, second = add_entries(2)
    operate("delete", [first, second])
    page = get(boss, TRASH, q=second)
    assert [link for link in (f"#{first}", f"#{second}") if page.links(link)] == [f"#{second}"]


def test_entry_comes_back_from_its_history_when_the_button_is_pressed(boss: Client) -> None:
    entry = add_entry()
    operate("delete", [entry])
    page = get(boss, history_url(entry))
    assert "Restore it" in page.buttons
    put_back(boss, pks(entry))
    assert ids() == [entry]
    assert "Restore it" not in get(boss, history_url(entry)).buttons


def test_nothing_can_be_restored_when_somebody_may_only_look(viewer: User) -> None:
    entry = add_entry()
    operate("delete", [entry])
    client = client_of(viewer)
    assert f"#{entry}" in get(client, TRASH).text
    assert not get(client, TRASH).actions
    assert "Restore it" not in get(client, history_url(entry)).buttons
    put_back(client, pks(entry))
    assert ids() == []


def test_trash_is_refused_when_somebody_may_not_see_failed_jobs() -> None:
    assert client_of(make_user("view_bulkoperation")).get(TRASH).status_code == 403


def test_number_of_queries_is_the_same_for_1_and_50(boss: Client) -> None:
    counts = []
    for number in (1, 49):
        operate("delete", add_entries(number))
        with CaptureQueriesContext(connection) as queries:
            get(boss, TRASH)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_trash_is_a_link_away_when_looking_at_the_list(boss: Client) -> None:
    assert get(boss, LIST).links("Trash") == [TRASH]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ('"Connection refused\\nby db-1"', "Connection refused"),
        ('{"message": "timeout", "code": 504}', "timeout"),
        ('"Traceback (most recent call last)\\n  File \\"x.py\\"\\nKeyError: \'id\'"', "KeyError: 'id'"),
        ('["a", 1]', '["a", 1]'),
        (None, "gave up"),
        ("null", "gave up"),
        ('"' + "x" * 500 + '"', "x" * 160),
        ('{"message": "' + "y" * 30_000 + '"}', '{"message": "' + "y" * 147),
    ],
)
def test_error_is_shown_in_one_line(boss: Client, error: str | None, line: str) -> None:
    operate("delete", [add_entry(last_error=error, failure_reason="gave up")])
    page = get(boss, TRASH)
    assert [words_of(cell) for cell in page.all("td", class_="field-error")] == [line]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("email", True),
        ("EMAIL refused", True),
        ("refused gone", False),
        ("bulk-mail", True),
        ("2033", True),
        ("ann", True),
        ("invoice-7", True),
        ("retry", True),
        ('"said \\"no\\""', True),
        ("last_error", False),
        ("100%", False),
    ],
)
def test_trash_is_searched_as_the_list_is(boss: Client, text: str, is_found: bool) -> None:
    entry = add_entry(
        queue_name="bulk-mail",
        payload='{"customer_id": 2033, "text": "said \\"no\\""}',
        notes="Ann looks",
        job_key="invoice-77",
    )
    operate("delete", [entry, add_entry(task_identifier="other", last_error='"no"', payload="{}", failure_reason="x")])
    links = get(boss, TRASH, q=text).links(f"#{entry}")
    assert bool(links) == is_found


def test_search_looks_at_the_newest_of_the_trash_only(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlq.trash.trashed_texts.NEWEST", 3)
    operate("delete", [add_entry() for _ in range(5)])
    assert len(get(boss, TRASH, q="email").all("td", class_="field-error")) == 3
    assert get(boss, TRASH, q=" ".join(f"w{n}" for n in range(17))).text.count("at most 16") == 1
