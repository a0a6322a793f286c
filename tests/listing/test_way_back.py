"""Nobody loses the list that they came from: its filter, order and page; and an entry leads to those beside it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from dlq.models import BackfillDlq, BulkOperation
from tests.support.entries import add_entries, add_entry, ids
from tests.support.jobs import jobs
from tests.support.pages import LIST, Page, ask, entry_url, get, send

pytestmark = pytest.mark.django_db

QUERY = "o=4&task_identifier=wanted"
"""In the order of failures, the most last."""


@pytest.fixture
def entries() -> list[int]:
    add_entries(3, task_identifier="'other'")
    return add_entries(205, task_identifier="'wanted'", failure_count="n")


def opened(client: Client, query: str, row: int) -> Page:
    """The page of the entry to which this row of the list links."""
    page = get(client, f"{LIST}?{query}")
    links = [link.get("href", "") for table in page.all("table", id="result_list") for link in table.iter("a")]
    return get(client, [link for link in links if "/change/" in link][row])


def where(page: Page) -> tuple[str, dict[str, list[str]]]:
    """The path and the parameters of the page that was shown in the end."""
    request = page.response.request
    return request["PATH_INFO"], parse_qs(request["QUERY_STRING"])


def follow(client: Client, page: Page, label: str) -> Page:
    (link,) = page.links(label)
    return Page.of(client.get(link, follow=True))


def test_entry_leads_back_to_the_list_as_it_was(boss: Client, entries: list[int]) -> None:
    page = get(boss, f"{LIST}?{QUERY}")
    (second,) = page.links("Next ›")
    entry = opened(boss, second.removeprefix("?"), 0)
    (back,) = entry.all("div", class_="breadcrumbs")
    links = {link.text: link.get("href", "") for link in back.iter("a")}
    assert parse_qs(urlsplit(links["Failed jobs"]).query) == parse_qs(second.removeprefix("?"))
    assert get(boss, links["Failed jobs"]).entries[0] == entries[100]


def test_next_and_previous_lead_through_the_filter_across_pages(boss: Client, entries: list[int]) -> None:
    page = opened(boss, QUERY, 99)
    seen = []
    for _step in range(3):
        page = follow(boss, page, "Next ›")
        seen.append(where(page)[0])
    assert seen == [entry_url(entry) for entry in entries[100:103]]
    for entry in (entries[101], entries[100], entries[99]):
        page = follow(boss, page, "‹ Previous")
        assert where(page)[0] == entry_url(entry)


def test_list_says_so_when_there_is_none_beside(boss: Client, entries: list[int]) -> None:
    page = follow(boss, opened(boss, QUERY, 0), "‹ Previous")
    assert where(page)[0] == entry_url(entries[0])
    assert page.messages == ["There is none before this one in the list."]
    gone = opened(boss, QUERY, 5)
    BackfillDlq.objects.filter(pk=entries[5]).delete()
    page = follow(boss, gone, "Next ›")
    assert (where(page)[0], page.messages) == (LIST, [f"The failed job {entries[5]} is not in the list any more."])


def test_all_entries_can_be_walked_when_nobody_came_from_a_list(boss: Client) -> None:
    first, second = add_entry(failed_at="2026-01-01"), add_entry(failed_at="2026-01-02")
    page = follow(boss, get(boss, entry_url(second)), "Next ›")
    assert where(page)[0] == entry_url(first)


@pytest.mark.parametrize("everything", [False, True])
def test_confirmation_leads_back_whatever_is_answered(boss: Client, entries: list[int], everything: bool) -> None:
    asked = ask(boss, "delete", entries[:2], everything=everything, query=f"?{QUERY}")
    no = follow(boss, asked, "No, back to the list")
    assert where(no) == (LIST, parse_qs(QUERY))
    done = send(boss, asked, confirm_count="205")
    assert where(done) == (LIST, parse_qs(QUERY))


def test_entry_that_was_requeued_or_noted_still_knows_its_list(boss: Client, entries: list[int]) -> None:
    page = opened(boss, QUERY, 0)
    (form,) = [form for form in page.all("form") if urlsplit(form.get("action", "")).path == LIST]
    asked = ask(boss, "requeue", entries[:1], query=f"?{urlsplit(form.get('action', '')).query}")
    done = send(boss, asked)
    assert where(done)[0] == entry_url(entries[0])
    assert f"{LIST}?{QUERY}" in done.links("Failed jobs")


def test_whoever_thinks_better_of_it_comes_back_to_the_page_of_the_failed_job(boss: Client, entries: list[int]) -> None:
    page = opened(boss, QUERY, 0)
    (form,) = [form for form in page.all("form") if urlsplit(form.get("action", "")).path == LIST]
    sent = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    asked = Page.of(boss.post(form.get("action", ""), sent | {"action": "delete_selected"}))
    # An answer that is refused shows the same page again.
    again = send(boss, asked, reason="x" * 10_000)
    for confirmation in (asked, again):
        back = follow(boss, confirmation, "No, back to the failed job")
        assert where(back)[0] == entry_url(entries[0])
        assert f"{LIST}?{QUERY}" in back.links("Failed jobs")


def test_message_undoes_what_it_tells_of(boss: Client, entries: list[int]) -> None:
    done = send(boss, ask(boss, "delete", entries[:3]))
    (form,) = done.all("form", class_="dlq-undo")
    (button,) = form.iter("button")
    assert (button.text, len(ids())) == ("Undo", 205)
    boss.post(form.get("action", ""), {button.get("name", ""): "1"})
    assert len(ids()) == 208
    done = send(boss, ask(boss, "requeue", entries[:3]))
    (form,) = done.all("form", class_="dlq-undo")
    (button,) = form.iter("button")
    assert (button.text, len(jobs())) == ("Recall", 3)
    boss.post(form.get("action", ""), {button.get("name", ""): "1"})
    assert jobs() == []


def test_message_offers_no_undo_when_nothing_was_done(boss: Client) -> None:
    entry = add_entry()
    asked = ask(boss, "delete", [entry])
    BackfillDlq.objects.filter(pk=entry).delete()
    done = send(boss, asked)
    assert BulkOperation.objects.get().done_count == 0
    assert not done.all("form", class_="dlq-undo")


@pytest.mark.parametrize("query", ["x\ny=1", "%00", "a" * 9_000, "status=any#top", "//evil.example/?"])
def test_way_back_stays_on_the_list_whatever_the_address_says(boss: Client, query: str) -> None:
    entry = add_entry()
    page = get(boss, entry_url(entry), _changelist_filters=query)
    links = [link for link in page.links("Failed jobs") if "?" in link]
    assert [urlsplit(link)[:3] for link in links] == [("", "", LIST)]
    assert Page.of(boss.get(links[0])).status == 200
