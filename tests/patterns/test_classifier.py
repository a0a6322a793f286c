"""Sorting into patterns: every entry once, all counts in step, whatever happens to the entries meanwhile."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from dlq.caretaker.rounds import Caretaker
from dlq.models import ClassifierState, CoarseKey, EntryPattern, FailurePattern, PatternHour, RequeuePattern
from dlq.patterns import classifier
from dlq.patterns.classifier import classify
from dlq.patterns.fingerprint import fingerprints
from dlq.patterns.fingerprint.fingerprints import UNREADABLE
from dlq.patterns.fingerprint.unpacking.reading import Reading, read
from dlq.patterns.upkeep import purge_coarse_keys
from dlq.table.location import TABLE
from tests.support.database import SCHEMA, another_connection, sql, value
from tests.support.entries import add_entries, add_entry, drop_unique_key_index
from tests.support.jobs import finish, jobs
from tests.support.labelled import texts
from tests.support.operations import operate, requeue
from tests.support.patterns import check_counts, group_everything, pattern_ids, pattern_of

pytestmark = pytest.mark.django_db

State = FailurePattern.State
ENTRIES = f"{SCHEMA}.backfill_dlq"


def unsorted() -> int:
    return int(
        value(f"SELECT count(*) FROM {ENTRIES} e LEFT JOIN dlq_entrypattern p ON p.entry_id = e.id WHERE p IS NULL")
    )


def fail_again(entry: int, error: str, when: str = "now() + interval '1 second'") -> None:
    sql(f"UPDATE {ENTRIES} SET failed_at = {when}, last_error = to_jsonb(%s::text) WHERE id = %s", error, entry)


def test_entries_are_grouped_as_the_fingerprint_says_when_grouped() -> None:
    for text in texts("seen"):
        add_entry(task_identifier=text.task, last_error=json.dumps(text.last_error), failure_reason=text.failure_reason)
    group_everything()
    assert unsorted() == 0
    assert FailurePattern.objects.count() == len({text.cause for text in texts("seen")})
    check_counts()


def test_pattern_says_when_and_where_it_was_seen_when_grouped() -> None:
    now = timezone.now()
    for days, queue in ((3, "mail"), (1, ""), (2, "mail")):
        add_entry(failed_at=now - timedelta(days=days), queue_name=queue)
    group_everything()
    pattern = FailurePattern.objects.get()
    assert (pattern.first_seen, pattern.last_seen) == (now - timedelta(days=3), now - timedelta(days=1))
    assert (pattern.entry_count, pattern.queues, pattern.state) == (3, ["", "mail"], State.NEW)
    assert pattern.task_identifier == "send_email"


def test_new_entries_are_grouped_when_grouped_again() -> None:
    add_entry()
    group_everything()
    later = add_entry(last_error='"Disk full"')
    assert classify(60).entries == 1
    assert pattern_of(later).title == "Disk full"
    assert classify(60).entries == 0
    check_counts()


@pytest.mark.parametrize("failed_at", ["2020-01-01", "now() - interval '9 minutes'", "now() + interval '1 hour'"])
def test_entry_is_grouped_when_it_was_committed_late_or_is_old(failed_at: str) -> None:
    add_entries(20)
    group_everything()
    (late,) = add_entries(1, failed_at=f"timestamptz '{failed_at}'" if failed_at[0] == "2" else failed_at)
    group_everything()
    assert EntryPattern.objects.filter(entry_id=late).exists()
    check_counts()


def test_entries_are_grouped_when_there_are_more_than_a_chunk_and_all_failed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(classifier, "CHUNK", 7)
    add_entries(40, failed_at="timestamptz '2026-03-01 00:00 UTC'", last_error="to_jsonb('error ' || n % 3)")
    add_entries(40, failed_at="now()", last_error="to_jsonb('broken ' || n)")
    group_everything()
    assert unsorted() == 0
    check_counts()


def test_classifier_comes_on_when_more_failed_within_minutes_than_a_call_looks_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It must not look at the same entries again and again while new ones wait."""
    monkeypatch.setattr(classifier, "CHUNK", 5)
    monkeypatch.setattr(classifier, "SCANNED_A_CALL", 5)
    add_entries(60, failed_at="now() - interval '5 minutes' + n * interval '1 second'")
    group_everything()
    for _round in range(3):
        (late,) = add_entries(1, failed_at="now() - interval '4 minutes'")
        sql("UPDATE dlq_sortingstate SET sweep_below = 1")  # the sweep by id must not be what finds it
        for _call in range(13):
            classifier.Classification(float("inf")).late()
        assert EntryPattern.objects.filter(entry_id=late).exists()
    (new,) = add_entries(1, failed_at="now() + interval '1 second'")
    classifier.Classification(float("inf")).newest()
    assert EntryPattern.objects.filter(entry_id=new).exists()


def test_time_never_goes_back_when_entries_are_looked_at_again() -> None:
    add_entries(5, failed_at="now() + n * interval '1 second'")
    group_everything()
    before = ClassifierState.objects.get().newest_through
    group_everything()
    after = ClassifierState.objects.get().newest_through
    assert before is not None
    assert after is not None
    assert after >= before


def test_entry_moves_to_another_pattern_when_it_failed_again_with_another_error() -> None:
    entry, other = add_entry(job_key="k"), add_entry()
    group_everything()
    before = pattern_of(entry)
    fail_again(entry, "Disk full")
    group_everything()
    assert pattern_of(entry).title == "Disk full"
    assert pattern_of(other) == before
    before.refresh_from_db()
    assert before.entry_count == 1
    check_counts()


def test_entry_stays_and_counts_once_when_it_failed_again_with_the_same_error() -> None:
    entry = add_entry(job_key="k")
    group_everything()
    fail_again(entry, "Connection refused", "now() + interval '3 hours'")
    group_everything()
    assert FailurePattern.objects.get().entry_count == 1
    check_counts()


def test_entries_are_forgotten_but_the_pattern_stays_when_they_are_gone() -> None:
    entries = [add_entry() for _ in range(3)]
    group_everything()
    FailurePattern.objects.update(notes="known since 2020")
    sql(f"DELETE FROM {ENTRIES} WHERE id = ANY (%s)", entries[:2])
    assert classify(60).orphans == 2
    assert FailurePattern.objects.get().entry_count == 1
    sql(f"DELETE FROM {ENTRIES}")
    group_everything()
    pattern = FailurePattern.objects.get()
    assert (pattern.entry_count, pattern.notes) == (0, "known since 2020")
    check_counts()
    add_entry()
    group_everything()
    assert FailurePattern.objects.get().entry_count == 1


def test_entry_is_grouped_again_when_it_was_restored_from_the_trash() -> None:
    entry = add_entry()
    group_everything()
    deletion = operate("delete", [entry])
    group_everything()
    assert not EntryPattern.objects.exists()
    operate("restore", undoes=deletion)
    group_everything()
    assert FailurePattern.objects.get().entry_count == 1
    check_counts()


def test_counts_are_in_step_when_anything_happens_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(20261124)
    drop_unique_key_index()
    monkeypatch.setattr(classifier, "CHUNK", 5)
    entries: list[int] = []
    for _step in range(120):
        what = random.choice(("add", "add", "fail", "delete", "sort"))
        if what == "add":
            entries += add_entries(3, last_error=f"to_jsonb('error {random.choice('abcd')} ' || n)", failed_at="now()")
        elif what == "fail" and entries:
            fail_again(
                random.choice(entries),
                f"error {random.choice('abcd')}",
                f"now() + interval '{random.randint(1, 9999)} s'",
            )
        elif what == "delete" and entries:
            sql(f"DELETE FROM {ENTRIES} WHERE id = %s", entries.pop(random.randrange(len(entries))))
        else:
            classify(random.choice((0, 0.001, 60)))
            check_counts()
    group_everything()
    assert unsorted() == 0
    assert EntryPattern.objects.count() == len(entries)
    wrong = f"SELECT count(*) FROM {ENTRIES} e JOIN dlq_entrypattern p ON p.entry_id = e.id WHERE p.failed_at <> e.failed_at"
    assert value(wrong) == 0
    check_counts()


def test_pattern_returns_when_it_fails_again_after_it_was_resolved() -> None:
    add_entry()
    group_everything()
    FailurePattern.objects.update(state=State.RESOLVED, resolved_at=timezone.now(), edit_number=3)
    group_everything()
    add_entries(1, failed_at="now() - interval '1 hour'", last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    assert FailurePattern.objects.get().state == State.RESOLVED, "an older failure, sorted late, is no return"
    add_entries(1, failed_at="now() + interval '1 minute'", last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    pattern = FailurePattern.objects.get()
    assert (pattern.state, pattern.edit_number) == (State.RETURNED, 4)
    assert pattern.returned_at is not None


@pytest.mark.parametrize("state", [State.KNOWN, State.MUTED, State.RETURNED])
def test_state_stays_when_it_fails_again_and_was_not_resolved(state: str) -> None:
    add_entry()
    group_everything()
    FailurePattern.objects.update(state=state)
    add_entries(1, failed_at="now() + interval '1 minute'", last_error="to_jsonb('Connection refused'::text)")
    group_everything()
    assert FailurePattern.objects.get().state == state


# Requeues keep the pattern that the entry had


def test_requeue_keeps_its_pattern_when_its_entry_is_gone() -> None:
    entry = add_entry()
    group_everything()
    pattern = pattern_of(entry)
    requeue(entry)
    group_everything()
    sql(f"DELETE FROM {ENTRIES}")
    group_everything()
    assert RequeuePattern.objects.get().pattern == pattern
    assert not EntryPattern.objects.exists()


def test_requeue_keeps_its_pattern_when_its_entry_failed_again_with_another_error() -> None:
    entry = add_entry(job_key="k")
    group_everything()
    pattern = pattern_of(entry)
    requeue(entry)
    finish(jobs()[0]["id"])
    fail_again(entry, "Disk full")
    group_everything()
    assert pattern_of(entry) != pattern
    assert RequeuePattern.objects.get().pattern == pattern


def test_requeue_gets_no_pattern_when_its_entry_was_grouped_only_after_it_failed_again() -> None:
    """What it failed with when it was requeued is not known any more."""
    add_entry()
    group_everything()
    entry = add_entry(job_key="k", last_error='"Disk full"')
    requeue(entry)
    fail_again(entry, "Connection refused")
    group_everything()
    assert not RequeuePattern.objects.exists()


def test_requeue_gets_a_pattern_when_its_entry_was_grouped_only_afterwards() -> None:
    add_entry()
    group_everything()
    entry = add_entry(last_error='"Disk full"')
    requeue(entry)
    group_everything()
    assert RequeuePattern.objects.get().pattern == pattern_of(entry)


# Newer rules


def make_it_of_older_rules() -> None:
    """As if all had been sorted by rules that are no more."""
    sql("UPDATE dlq_failurepattern SET version = 0, fingerprint = 'old ' || id")
    sql("UPDATE dlq_entrypattern SET version = 0")
    sql("UPDATE dlq_sortingstate SET version = 0")


def test_pattern_keeps_its_number_and_what_people_wrote_when_the_rules_change() -> None:
    entries = [add_entry() for _ in range(3)]
    group_everything()
    FailurePattern.objects.update(notes="n", advice="no", assignee="ann", state=State.KNOWN)
    before = FailurePattern.objects.get()
    make_it_of_older_rules()
    sql(f"DELETE FROM {ENTRIES} WHERE id = %s", entries[0])
    group_everything()
    after = FailurePattern.objects.get()
    assert (after.pk, after.version, after.fingerprint) == (before.pk, before.version, before.fingerprint)
    assert (after.notes, after.advice, after.assignee, after.state, after.entry_count) == (
        "n",
        "no",
        "ann",
        State.KNOWN,
        2,
    )
    assert EntryPattern.objects.filter(version=before.version).count() == 2
    check_counts()


def test_pattern_without_entries_keeps_what_people_wrote_when_the_rules_change() -> None:
    add_entry()
    group_everything()
    FailurePattern.objects.update(notes="n")
    sql(f"DELETE FROM {ENTRIES}")
    group_everything()
    make_it_of_older_rules()
    group_everything()
    add_entry()
    group_everything()
    assert FailurePattern.objects.get().notes == "n"


def test_writings_are_joined_when_newer_rules_make_one_pattern_of_two() -> None:
    one, other = add_entry(), add_entry(last_error='"Disk full"')
    group_everything()
    first, second = pattern_ids(one, other)
    FailurePattern.objects.filter(pk=first).update(notes="one", advice="yes", state=State.RESOLVED)
    FailurePattern.objects.filter(pk=second).update(notes="two", advice="no", assignee="ann", state=State.KNOWN)
    requeue(other)
    group_everything()
    # The older rules read the other one's sample as the first one's.
    FailurePattern.objects.filter(pk=second).update(sample_text="Connection refused")
    sql(f"UPDATE {ENTRIES} SET last_error = '\"Connection refused\"'")
    make_it_of_older_rules()
    group_everything()
    whole, part = FailurePattern.objects.get(pk=first), FailurePattern.objects.get(pk=second)
    assert part.merged_into == whole
    assert (whole.notes, whole.advice, whole.assignee, whole.state) == ("one\ntwo", "no", "ann", State.KNOWN)
    assert (whole.entry_count, part.entry_count) == (2, 0)
    assert RequeuePattern.objects.get().pattern.merged_into == whole
    check_counts()


def test_both_keep_what_people_wrote_when_newer_rules_make_two_patterns_of_one() -> None:
    one, other = add_entry(), add_entry(last_error='"Disk full"')
    group_everything()
    first, second = pattern_ids(one, other)
    FailurePattern.objects.filter(pk=first).update(notes="about both", advice="ask", assignee="ann")
    # The older rules had put both into the first.
    FailurePattern.objects.filter(pk=second).delete()
    sql("UPDATE dlq_entrypattern SET pattern_id = %s", first)
    sql("UPDATE dlq_failurepattern SET entry_count = 2")
    sql("UPDATE dlq_patternhour SET pattern_id = %s, entries = 2 WHERE pattern_id = %s", first, first)
    sql("DELETE FROM dlq_patternhour WHERE pattern_id <> %s", first)
    make_it_of_older_rules()
    group_everything()
    for entry in (one, other):
        pattern = pattern_of(entry)
        assert (pattern.notes, pattern.advice, pattern.assignee, pattern.entry_count) == ("about both", "ask", "ann", 1)
    assert pattern_of(one) != pattern_of(other)
    check_counts()


def test_nothing_is_grouped_when_somebody_has_newer_rules() -> None:
    add_entry()
    ClassifierState.objects.create(pk=1, version=32_000)
    done = classify(60)
    assert (done.entries, done.is_complete) == (0, False)


def test_answers_are_worked_out_again_when_they_were_forgotten() -> None:
    one = add_entry()
    group_everything()
    CoarseKey.objects.all().delete()
    other = add_entry()
    group_everything()
    assert pattern_of(one) == pattern_of(other)
    assert FailurePattern.objects.count() == 1


def test_old_answers_and_empty_hours_are_forgotten_when_the_caretaker_tidies_up() -> None:
    add_entry()
    add_entry(last_error='"Disk full"')
    group_everything()
    old = CoarseKey.objects.first()
    assert old is not None
    CoarseKey.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    sql(f"DELETE FROM {ENTRIES} WHERE last_error = '\"Disk full\"'")
    group_everything()
    assert purge_coarse_keys() == 1
    assert (CoarseKey.objects.count(), PatternHour.objects.count()) == (1, 1)
    check_counts()


# Beside others


def test_caretaker_groups_when_it_makes_its_round() -> None:
    add_entry()
    assert Caretaker().round().done["group into patterns"] == 1


@pytest.mark.django_db(transaction=True)
def test_one_groups_when_two_try() -> None:
    add_entry()
    group_everything()
    add_entry()
    with another_connection() as other:
        other.execute("SELECT FROM dlq_sortingstate FOR UPDATE")
        done = classify(60)
        assert (done.entries, done.is_complete) == (0, False)
    assert classify(60).entries == 1


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_when_a_chunk_is_grouped() -> None:
    entry = add_entry()
    with transaction.atomic():
        classifier.Classification(float("inf")).newest()
        with another_connection() as writer:
            writer.execute("SET lock_timeout = '1s'")
            writer.execute(f"UPDATE {ENTRIES} SET notes = 'x', failed_at = now() WHERE id = %s", [entry])
            writer.execute(f"LOCK TABLE {TABLE.regclass} IN EXCLUSIVE MODE")


@pytest.mark.django_db(transaction=True)
def test_entries_are_grouped_when_the_role_may_only_read_the_table() -> None:
    add_entry()
    sql("CREATE ROLE grouper; GRANT ALL ON ALL TABLES IN SCHEMA public TO grouper")
    sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO grouper")
    sql(f"GRANT USAGE ON SCHEMA {SCHEMA} TO grouper; GRANT SELECT ON {ENTRIES} TO grouper")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE grouper")
            assert classify(60).entries == 1
            cursor.execute("RESET ROLE")
    finally:
        sql("RESET ROLE; DROP OWNED BY grouper; DROP ROLE grouper")


def test_others_are_grouped_and_the_caretaker_goes_on_when_one_error_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read_or_raise(error: Any, reason: str) -> Reading:
        if error == "unreadable":
            raise RecursionError("somewhere deep")
        return read(error, reason)

    monkeypatch.setattr(fingerprints, "read", read_or_raise)
    entries = [add_entry(last_error=json.dumps(error)) for error in ("refused", "unreadable", "timed out", "refused")]
    assert Caretaker().round().done["group into patterns"] == len(entries)
    titles = [pattern_of(entry).title for entry in entries]
    assert titles == ["refused", UNREADABLE, "timed out", "refused"]
    assert "please report it" in caplog.text
    check_counts()
