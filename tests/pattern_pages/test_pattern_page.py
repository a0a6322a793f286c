"""The page of one failure pattern: why it is one, what people know about it, and what can be done with all of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from dlq.models import BulkOperation, FailurePattern, Requeue
from dlq.patterns.regrouping import carry_out, plan_merge
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry, ids
from tests.support.jobs import jobs
from tests.support.operations import requeue
from tests.support.pages import PATTERNS, Page, events, get, pattern_url, send
from tests.support.patterns import group_everything, pattern_of
from tests.support.people import client_of, make_user

pytestmark = pytest.mark.django_db

State = FailurePattern.State
WRITTEN = {
    "state": "known",
    "assignee": "ann",
    "advice": "no",
    "advice_text": "Not before the mail server is back.",
    "runbook_url": "https://wiki.example/mail",
    "notes": "since\r\n2020",
}


def new_pattern(error: str = "connect ECONNREFUSED 10.0.0.1:587", **entry: Any) -> FailurePattern:
    number = add_entry(last_error=f'"{error}"', **entry)
    group_everything()
    return pattern_of(number)


def save(client: Client, pattern: FailurePattern, seen: int = 0, **written: Any) -> Page:
    form = {**WRITTEN, "seen": str(seen), **written}
    return Page.of(client.post(pattern_url(pattern.pk), form, follow=True))


def test_page_says_why_failures_are_together_when_opened(viewer: User) -> None:
    pattern = new_pattern("HTTP 503 from https://a.example/12")
    page = get(client_of(viewer), pattern_url(pattern.pk))
    assert "Code503" in page.text
    assert "Message, without what changeshttp <*> from <*>" in page.text
    assert "HTTP 503 from https://a.example/12" in page.text, "the sample"
    assert page.title.startswith("HTTP 503 from <url>")


def test_page_says_so_when_the_sample_is_gone(viewer: User) -> None:
    pattern = new_pattern()
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq")
    group_everything()
    page = get(client_of(viewer), pattern_url(pattern.pk))
    assert "which is gone" in page.text
    assert "ECONNREFUSED 10.0.0.1:587" in page.text


def test_writing_is_saved_with_name_and_time_when_sent(annotator: User) -> None:
    pattern = new_pattern()
    page = save(client_of(annotator), pattern)
    assert page.messages == ["Saved."]
    pattern.refresh_from_db()
    assert (pattern.state, pattern.assignee, pattern.advice, pattern.runbook_url) == (
        "known",
        "ann",
        "no",
        "https://wiki.example/mail",
    )
    assert (pattern.advice_text, pattern.notes) == ("Not before the mail server is back.", "since\n2020")
    assert pattern.edited_by == "annotator"
    assert "Last saved by annotator" in page.text
    assert "State: new → known" in events(page)[0]
    assert "annotator" in events(page)[0]


def test_who_changed_what_is_still_told_when_the_user_is_deleted(annotator: User, viewer: User) -> None:
    pattern = new_pattern()
    save(client_of(annotator), pattern)
    annotator.delete()
    (line,) = events(get(client_of(viewer), pattern_url(pattern.pk)))
    assert "annotator" in line
    assert "State: new → known" in line
    assert "Notes: – → since 2020" in line


def test_nothing_is_written_when_nothing_differs(annotator: User) -> None:
    pattern = new_pattern()
    client = client_of(annotator)
    save(client, pattern)
    page = save(client, pattern, seen=1)
    assert page.messages == []
    pattern.refresh_from_db()
    assert pattern.edit_number == 1


def test_second_sees_both_texts_and_loses_nothing_when_two_write_at_once(annotator: User, superuser: User) -> None:
    pattern = new_pattern()
    save(client_of(superuser), pattern, notes="what the boss knows")
    page = save(client_of(annotator), pattern, notes="what the annotator knows", assignee="bob")
    assert page.all("div", class_="dlq-conflict")
    assert "boss saved this while you were writing" in page.text
    assert "what the boss knows" in page.text
    assert "what the annotator knows" in page.text
    pattern.refresh_from_db()
    assert (pattern.notes, pattern.assignee) == ("what the boss knows", "ann")
    again = save(client_of(annotator), pattern, seen=int(page.value("seen")), notes="both", assignee="bob")
    assert again.messages == ["Saved."]
    pattern.refresh_from_db()
    assert (pattern.notes, pattern.assignee) == ("both", "bob")


def test_writer_is_told_when_it_returned_meanwhile(annotator: User) -> None:
    pattern = new_pattern("Disk full")
    client = client_of(annotator)
    save(client, pattern, state="resolved")
    add_entry(last_error='"Disk full"', failed_at=timezone.now() + timedelta(minutes=1))
    group_everything()
    page = save(client, pattern, seen=1, state="resolved", notes="done with it")
    assert page.all("div", class_="dlq-conflict")
    pattern.refresh_from_db()
    assert pattern.state == State.RETURNED


def test_resolved_and_muted_keep_their_times_when_saved(annotator: User) -> None:
    pattern = new_pattern()
    client = client_of(annotator)
    save(client, pattern, state="resolved")
    pattern.refresh_from_db()
    assert pattern.resolved_at is not None
    until = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    client.cookies["dlq_tz"] = "Asia/Kolkata"
    save(client, pattern, seen=1, state="muted", muted_until=f"{until + timedelta(hours=5, minutes=30):%Y-%m-%dT%H:%M}")
    pattern.refresh_from_db()
    assert (pattern.state, pattern.muted_until) == (State.MUTED, until)
    assert pattern.resolved_at is None
    save(client, pattern, seen=2, state="known")
    pattern.refresh_from_db()
    assert (pattern.state, pattern.muted_until) == (State.KNOWN, None)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"runbook_url": "javascript:alert(1)"}, "begins with https:// or http://"),
        ({"runbook_url": "ftp://a.example/"}, "begins with https:// or http://"),
        ({"runbook_url": "wiki"}, "begins with https:// or http://"),
        ({"state": "muted", "muted_until": ""}, "Write until when"),
        ({"state": "muted", "muted_until": "2020-01-01T00:00"}, "This time has passed"),
        ({"state": "returned"}, "not one of the available choices"),
        ({"state": "gone"}, "not one of the available choices"),
        ({"advice": "maybe"}, "not one of the available choices"),
        ({"notes": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_nothing_is_saved_and_the_mistake_is_shown_when_something_is_wrong(
    annotator: User, written: dict[str, str], says: str
) -> None:
    pattern = new_pattern()
    page = save(client_of(annotator), pattern, 0, **written)
    assert says in page.text
    pattern.refresh_from_db()
    assert (pattern.edit_number, pattern.notes) == (0, "")


def test_runbook_is_no_link_when_something_else_got_into_the_column(viewer: User) -> None:
    pattern = new_pattern()
    FailurePattern.objects.update(runbook_url="javascript:alert(1)", advice_text="look")
    assert not get(client_of(viewer), pattern_url(pattern.pk)).links("Runbook")
    FailurePattern.objects.update(runbook_url="https://wiki.example/")
    assert get(client_of(viewer), pattern_url(pattern.pk)).links("Runbook") == ["https://wiki.example/"]


def test_everything_of_it_is_confirmed_and_requeued_when_the_button_is_pressed(boss: Client) -> None:
    pattern = new_pattern()
    more = add_entry(last_error='"connect ECONNREFUSED 10.0.0.2:587"')
    other = add_entry(last_error='"Disk full"')
    group_everything()
    page = Page.of(boss.post(pattern_url(pattern.pk), {"requeue_all": "1"}))
    assert page.title.startswith("Confirm: requeue")
    assert (
        "2 failed jobs, everything that matches: Pattern is “connect ECONNREFUSED <ip>:<int>” (send_email);"
        " Status: all but recovered." in page.text
    )
    send(boss, page)
    assert len(jobs()) == 2
    assert set(Requeue.objects.values_list("entry_id", flat=True)) == {pattern.sample_entry_id, more}
    assert other


def test_everything_of_it_is_confirmed_and_deleted_when_the_button_is_pressed(boss: Client) -> None:
    pattern = new_pattern()
    other = add_entry(last_error='"Disk full"')
    group_everything()
    send(boss, Page.of(boss.post(pattern_url(pattern.pk), {"delete_all": "1"})))
    assert ids() == [other]


def test_it_says_so_when_there_is_nothing_left_to_requeue(boss: Client) -> None:
    pattern = new_pattern()
    sql(f"DELETE FROM {SCHEMA}.backfill_dlq")
    page = Page.of(boss.post(pattern_url(pattern.pk), {"requeue_all": "1"}, follow=True))
    assert page.messages == ["None of what you selected is here any more. Nothing was done."]
    assert not BulkOperation.objects.exists()


def test_success_of_requeues_stands_beside_the_button_when_they_are_settled(boss: Client) -> None:
    pattern = new_pattern()
    assert "Nobody has tried it yet" in get(boss, pattern_url(pattern.pk)).text
    entries = [
        pattern.sample_entry_id,
        *(add_entry(last_error='"connect ECONNREFUSED 10.0.0.2:587"') for _ in range(3)),
    ]
    group_everything()
    requeue(*entries)
    group_everything()
    assert "none of the requeued jobs has ended" in get(boss, pattern_url(pattern.pk)).text
    for entry, outcome in zip(entries, ("recovered", "recovered", "failed_again", "gone"), strict=True):
        Requeue.objects.filter(entry_id=entry).update(outcome=outcome)
    other = new_pattern("Disk full")
    requeue(other.sample_entry_id)
    group_everything()
    Requeue.objects.filter(entry_id=other.sample_entry_id).update(outcome="failed_again")
    text = get(boss, pattern_url(pattern.pk)).text
    assert "All of the task send_email: 50 % of 4 recovered." in text
    assert "2 finished and did not come back, 1 failed again (66 % recovered)" in text


def test_page_leads_on_when_the_pattern_became_a_part_of_another(boss: Client) -> None:
    part, whole = new_pattern(), new_pattern("Disk full")
    FailurePattern.objects.filter(pk=part.pk).update(merged_into=whole)
    response = boss.get(pattern_url(part.pk))
    assert response.status_code == 302
    assert response["Location"] == pattern_url(whole.pk)


@pytest.mark.parametrize("number", ["0", "999", "x", "99999999999999999999"])
def test_page_is_not_found_when_there_is_no_such_pattern(boss: Client, number: str) -> None:
    assert boss.get(f"{PATTERNS}{number}/change/").status_code == 404


def test_viewer_reads_but_may_not_write_or_act(viewer: User) -> None:
    pattern = new_pattern()
    FailurePattern.objects.update(notes="to read")
    client = client_of(viewer)
    page = get(client, pattern_url(pattern.pk))
    assert "to read" in page.text
    assert not page.buttons & {"Save", "Requeue all of this pattern …", "Delete all …"}
    for form in ({**WRITTEN, "seen": "0"}, {"requeue_all": "1"}, {"delete_all": "1"}):
        assert client.post(pattern_url(pattern.pk), form).status_code == 403
    pattern.refresh_from_db()
    assert pattern.notes == "to read"


def test_nothing_is_shown_when_somebody_may_not_view() -> None:
    pattern = new_pattern()
    client = client_of(make_user("annotate_backfilldlq", "requeue_backfilldlq", "delete_backfilldlq"))
    assert client.get(pattern_url(pattern.pk)).status_code == 403
    assert client.post(pattern_url(pattern.pk), {"requeue_all": "1"}).status_code == 403


def test_nothing_is_written_when_the_page_is_only_read(boss: Client) -> None:
    pattern = new_pattern()
    boss.get(pattern_url(pattern.pk), {**WRITTEN, "seen": "0", "requeue_all": "1"})
    assert jobs() == []
    pattern.refresh_from_db()
    assert pattern.edit_number == 0


@pytest.mark.parametrize("address", ["add/", "1/delete/", "1/history/"])
def test_django_s_own_pages_do_nothing_when_they_are_called(boss: Client, address: str) -> None:
    new_pattern()
    assert boss.post(f"{PATTERNS}{address}", {"post": "yes"}).status_code in (302, 403, 404)
    assert FailurePattern.objects.count() == 1


def test_parts_that_only_some_have_are_not_said_of_all(viewer: User) -> None:
    one, other = new_pattern("it was refused"), new_pattern("it was denied")
    for pattern, kind in ((one, ["Refused", "", ""]), (other, ["Refused", "E42", ""])):
        FailurePattern.objects.filter(pk=pattern.pk).update(words="it was refused", kind=kind)
    plan = plan_merge(*FailurePattern.objects.filter(pk__in=(one.pk, other.pk)).order_by("pk"))
    carry_out(lambda: plan, mark=plan.mark, actor="ann")
    page = get(client_of(viewer), pattern_url(one.pk))
    assert "ann merged patterns into this one. Their failed jobs have:" in page.text
    assert "E42 or none" in page.text


def test_what_varies_is_listed_with_numbers_and_links_when_a_pattern_was_merged(viewer: User) -> None:
    new_pattern("shop amber has no domain")
    birch = [add_entry(last_error='"shop birch has no domain"') for _number in range(2)]
    new_pattern("shop cobalt has no domain")
    page = get(client_of(viewer), pattern_url(pattern_of(birch[0]).pk))
    assert "What varies" in page.text
    (template,) = sql("SELECT id FROM dlq_failurepattern WHERE title = 'shop birch has no domain'")[0]
    address = f"/admin/dlq/backfilldlq/?pattern=%3D{template}&status=any"
    assert page.links("2") == [address]
    assert "shop … has no domain" in page.text
    listed = get(client_of(viewer), address)
    assert "shop birch has no domain" in listed.text
    assert "shop amber has no domainno queue" not in listed.text
