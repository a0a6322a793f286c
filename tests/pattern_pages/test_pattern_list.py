"""The list of failure patterns: what there is most of, what is new, what returned, and how much is known about each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dlq.models import FailurePattern, Requeue
from dlq.patterns import recovery
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry
from tests.support.operations import operate
from tests.support.pages import PATTERNS, SVG, Page, get, text_of
from tests.support.patterns import group_everything, pattern_of
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

State = FailurePattern.State


def rows(page: Page) -> list[str]:
    """The text of each pattern's row, in order."""
    tables = page.all("table", class_="dlq-pattern-table")
    return [text_of(row) for table in tables for body in table.iter("tbody") for row in body.iter("tr")]


def titles(page: Page) -> list[str]:
    return [row.split(" send_email")[0].split(" charge_card")[0] for row in rows(page)]


def three_patterns() -> list[int]:
    """With 3, 2 and 1 entries; the smallest is the newest."""
    for count, error, hours in ((3, "Connection refused", 72), (2, "Disk full", 48), (1, "Mailbox full", 1)):
        add_entries(count, last_error=f"to_jsonb('{error}'::text)", failed_at=f"now() - interval '{hours} hours'")
    group_everything()
    return list(FailurePattern.objects.order_by("-entry_count").values_list("pk", flat=True))


def test_patterns_stand_by_number_with_count_and_share_when_the_list_is_opened(viewer: User) -> None:
    three_patterns()
    page = get(client_of(viewer), PATTERNS)
    assert titles(page) == ["Connection refused", "Disk full", "Mailbox full"]
    assert "3 50.0 %" in rows(page)[0]
    assert "6 failed jobs in 3 patterns" in page.text


def test_patterns_stand_in_the_order_that_is_asked_for(viewer: User) -> None:
    refused, full, mailbox = three_patterns()
    now = timezone.now()
    FailurePattern.objects.filter(pk=full).update(state=State.RETURNED, returned_at=now - timedelta(hours=1))
    FailurePattern.objects.filter(pk=refused).update(state=State.RETURNED, returned_at=now - timedelta(hours=2))
    client = client_of(viewer)
    assert titles(get(client, PATTERNS, order="newest")) == ["Mailbox full", "Disk full", "Connection refused"]
    assert titles(get(client, PATTERNS, order="returned")) == ["Disk full", "Connection refused"]
    assert mailbox


def test_number_leads_to_the_entries_it_counts_when_followed(boss: Client) -> None:
    refused, *_others = three_patterns()
    page = get(boss, PATTERNS)
    link = next(a.get("href", "") for a in page.all("a") if f"?pattern={refused}" in a.get("href", ""))
    assert len(get(boss, link).entries) == 3


def test_muted_and_resolved_are_left_out_unless_they_are_asked_for(viewer: User) -> None:
    refused, full, mailbox = three_patterns()
    hour = timedelta(hours=1)
    FailurePattern.objects.filter(pk=refused).update(state=State.MUTED, muted_until=timezone.now() + hour)
    FailurePattern.objects.filter(pk=full).update(state=State.MUTED, muted_until=timezone.now() - hour)
    FailurePattern.objects.filter(pk=mailbox).update(state=State.RESOLVED)
    client = client_of(viewer)
    assert titles(get(client, PATTERNS)) == ["Disk full"], "muted until a time that has passed"
    assert titles(get(client, PATTERNS, state="muted")) == ["Connection refused", "Disk full"]
    assert titles(get(client, PATTERNS, state="resolved")) == ["Mailbox full"]
    assert len(rows(get(client, PATTERNS, state="any"))) == 3


def test_pattern_without_entries_is_shown_when_any_is_asked_for(viewer: User) -> None:
    three_patterns()
    sql("DELETE FROM graphile_worker.backfill_dlq WHERE last_error = '\"Disk full\"'")
    group_everything()
    client = client_of(viewer)
    assert titles(get(client, PATTERNS)) == ["Connection refused", "Mailbox full"]
    assert len(rows(get(client, PATTERNS, state="any"))) == 3


def test_patterns_are_found_when_searched_by_words_task_or_owner(viewer: User) -> None:
    refused, full, _mailbox = three_patterns()
    add_entry(task_identifier="charge_card", last_error='"Card declined"')
    group_everything()
    FailurePattern.objects.filter(pk=full).update(assignee="ann", notes="ask 100% of operations")
    client = client_of(viewer)
    assert titles(get(client, PATTERNS, q="refused")) == ["Connection refused"]
    assert titles(get(client, PATTERNS, q="100%")) == ["Disk full"]
    assert titles(get(client, PATTERNS, task="charge_card")) == ["Card declined"]
    assert titles(get(client, PATTERNS, assignee="ann")) == ["Disk full"]
    assert "No pattern matches this" in get(client, PATTERNS, q="nowhere").text
    assert refused


@pytest.mark.parametrize(
    "query", ["?order=x&state=x&page=x", "?page=0", "?page=-1", "?page=99999999999999999999", "?q=%00"]
)
def test_list_is_shown_when_a_parameter_is_wrong(viewer: User, query: str) -> None:
    three_patterns()
    assert client_of(viewer).get(f"{PATTERNS}{query}").status_code == 200


def test_advice_owner_state_and_runbook_are_shown_when_somebody_wrote_them(viewer: User) -> None:
    refused, *_others = three_patterns()
    FailurePattern.objects.filter(pk=refused).update(
        advice="no",
        advice_text="Not before the mail server is back.",
        assignee="ann",
        runbook_url="https://wiki.example/1",
    )
    page = get(client_of(viewer), PATTERNS)
    assert "do not requeue Not before the mail server is back. Runbook ann" in rows(page)[0]
    assert page.links("Runbook") == ["https://wiki.example/1"]


def test_success_of_requeues_is_shown_when_some_are_settled(viewer: User) -> None:
    ids = add_entries(4, last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    operate("requeue", ids)
    group_everything()
    page = get(client_of(viewer), PATTERNS)
    assert "4 requeued, not known yet" in rows(page)[0]
    settle(*ids[:3], outcome="recovered")
    settle(ids[3], outcome="failed_again")
    assert "75 % 3 recovered, 1 failed again" in rows(get(client_of(viewer), PATTERNS))[0]


def test_last_requeues_count_when_there_are_very_many(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MOST_REQUEUES", 2)
    ids = add_entries(3, last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    operate("requeue", ids)
    group_everything()
    settle(ids[0], outcome="failed_again")
    settle(*ids[1:], outcome="recovered")
    assert "100 % 2 recovered, 0 failed again, of the last" in rows(get(client_of(viewer), PATTERNS))[0]


def test_recalled_and_waiting_requeues_do_not_fill_the_last_ones_that_count(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "MOST_REQUEUES", 2)
    ids = add_entries(6, last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    operate("requeue", ids)
    group_everything()
    settle(ids[0], outcome="recovered")
    settle(ids[1], outcome="failed_again")
    settle(*ids[2:4], outcome="gone")
    assert "50 % 1 recovered, 1 failed again" in rows(get(client_of(viewer), PATTERNS))[0]


def test_days_are_those_of_the_entries_when_drawn(viewer: User) -> None:
    for hours, count in ((1, 2), (30, 1), (24 * 20, 5)):
        add_entries(count, last_error="to_jsonb('x'::text)", failed_at=f"now() - interval '{hours} hours'")
    group_everything()
    (picture,) = get(client_of(viewer), PATTERNS).all(f"{SVG}svg", class_="dlq-spark")
    bars = [text_of(title) for title in picture.iter(f"{SVG}title")]
    assert bars == ["1, 1 to 2 days ago", "2, last 24 hours"]
    assert picture.get("aria-label", "").endswith("0, 1, 2")


def test_entries_are_grouped_when_somebody_presses_the_button(viewer: User) -> None:
    entry = add_entry()
    client = client_of(viewer)
    page = get(client, PATTERNS)
    assert "Nothing has been grouped yet" in page.text
    assert "Group now" in page.buttons
    done = Page.of(client.post(PATTERNS, follow=True))
    assert done.messages == ["Everything is grouped. New since the last time: 1."]
    assert titles(done) == ["Connection refused"]
    assert pattern_of(entry)
    assert "Group now" not in done.buttons, "it is not offered where it was just done"


def test_button_is_offered_when_nobody_has_sorted_for_a_while(viewer: User) -> None:
    three_patterns()
    sql("UPDATE dlq_sortingstate SET sorted_at = now() - interval '10 minutes'")
    page = get(client_of(viewer), PATTERNS)
    assert "Group now" in page.buttons
    assert "10 min ago" in page.text


def test_pages_follow_each_other_when_there_are_many_patterns(viewer: User) -> None:
    add_entries(60, last_error="to_jsonb('error ' || repeat('x', n))")
    group_everything()
    client = client_of(viewer)
    first = get(client, PATTERNS)
    (following,) = first.links("Next ›")
    second = get(client, f"{PATTERNS}{following}")
    assert (len(rows(first)), len(rows(second))) == (50, 10)
    assert not second.links("Next ›")
    assert second.links("‹ Previous")


def test_queries_are_as_many_for_50_patterns_as_for_one(viewer: User, django_assert_max_num_queries: Any) -> None:
    client = client_of(viewer)
    numbers = []
    for count in (1, 60):
        add_entries(count, last_error="to_jsonb('error ' || repeat('x', n))")
        group_everything()
        with django_assert_max_num_queries(20) as captured:
            get(client, PATTERNS)
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


def settle(*entries: int, outcome: str) -> None:
    assert Requeue.objects.filter(entry_id__in=entries).update(outcome=outcome) == len(entries)


def test_page_is_refused_when_somebody_may_not_view() -> None:
    add_entry()
    client = client_of(make_user("requeue_backfilldlq", "annotate_backfilldlq"))
    assert client.get(PATTERNS).status_code == 403
    assert client.post(PATTERNS).status_code == 403
    assert not FailurePattern.objects.exists()
