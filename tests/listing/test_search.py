"""The search finds what people see in a row, and says where it found the rest."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dlq.monitoring.snapshot import take_snapshot
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, Page, get, text_of

pytestmark = pytest.mark.django_db


def marks(page: Page) -> list[str]:
    return [text_of(mark) for mark in page.all("mark")]


def quotations(page: Page) -> list[str]:
    return [text_of(found) for found in page.all("span", class_="dlq-found")]


def meant(page: Page) -> dict[str, str]:
    """The tasks that are offered, with their addresses."""
    notes: list[Element] = page.all("p", class_="dlq-search-note")
    return {
        text_of(link): link.get("href", "")
        for note in notes
        if "Did you mean" in text_of(note)
        for link in note.iter("a")
    }


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("email", "email"),
        ("EMAIL", "email"),
        ("mass-mail", "mass-mail"),
        ("refused", "refused"),
        ("email refused", "email"),
    ],
)
def test_what_a_row_shows_is_found_and_marked(boss: Client, text: str, marked: str) -> None:
    entry = add_entry(task_identifier="send_email", queue_name="mass-mail", last_error='"Connection refused"')
    add_entry(task_identifier="charge_card", last_error='"no"', payload="{}")
    page = get(boss, LIST, q=text)
    assert page.entries == [entry]
    assert marked in marks(page)
    assert quotations(page) == []


def test_number_as_the_row_prints_it_is_found(boss: Client) -> None:
    entry = add_entry(original_job_id=987654)
    add_entry()
    assert get(boss, LIST, q=f"#{entry}").entries == [entry]
    by_job = get(boss, LIST, q="#987654")
    assert by_job.entries == [entry]
    assert quotations(by_job) == ["job: 987654"]


@pytest.mark.parametrize(
    ("columns", "text", "line"),
    [
        ({"payload": '{"customer_id": 2033}'}, "2033", 'payload: {"customer_id": 2033}'),
        ({"notes": "Asked Ann, she looks"}, "ann", "notes: Asked Ann, she looks"),
        ({"job_key": "invoice-77"}, "voice-7", "key: invoice-77"),
        ({"failure_reason": "gave up", "last_error": '"no"'}, "gave", "reason: gave up"),
        ({"last_error": '"' + "x" * 200 + ' deep within"'}, "deep", f"error: {'x' * 23} deep within"),
        ({"payload": '{"said": "\\"no\\" twice"}'}, '"\\"no\\""', 'payload: {"said": "\\"no\\" twice"}'),
    ],
)
def test_what_a_row_does_not_show_is_quoted(boss: Client, columns: dict[str, str], text: str, line: str) -> None:
    entry = add_entry(**columns)
    page = get(boss, LIST, q=text)
    assert page.entries == [entry]
    assert quotations(page) == [line]


def test_markup_in_what_was_found_stays_text(boss: Client) -> None:
    add_entry(payload='{"html": "<b>needle</b>"}', task_identifier="<i>needle</i>")
    page = get(boss, LIST, q="<b>needle")
    assert quotations(page) == ['payload: {"html": "<b>needle</b>"}']
    assert page.all("b") == []


def test_task_that_is_nearly_named_is_offered_with_its_number(boss: Client) -> None:
    add_entries(3, task_identifier="'send_email'")
    add_entries(2, task_identifier="'charge_card'")
    take_snapshot()
    for text in ("email", "send email", "sendmail", "Send-Emial"):
        page = get(boss, LIST, q=text, queue_name="-")
        assert meant(page) == {"send_email": "?queue_name=-&status=open&task_identifier=send_email"}, text
        assert "Did you mean the task send_email (3)?" in page.text
    assert meant(get(boss, LIST, q="invoice")) == {}
    assert meant(get(boss, LIST, q="email", task_identifier="send_email")) == {}


def test_task_is_offered_without_a_number_when_nothing_is_stored(boss: Client) -> None:
    add_entries(3, task_identifier="'send_email'")
    page = get(boss, LIST, q="mail")
    assert "Did you mean the task send_email?" in page.text


def test_search_costs_as_many_queries_for_fifty_rows(boss: Client) -> None:
    add_entries(1, notes="'needle'")
    with CaptureQueriesContext(connection) as one:
        get(boss, LIST, q="needle")
    add_entries(50, notes="'needle'")
    with CaptureQueriesContext(connection) as many:
        get(boss, LIST, q="needle")
    assert len(one) == len(many)
