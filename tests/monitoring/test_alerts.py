"""What exceeds a threshold: told by `dlq_stats --check` with its exit code, and by the banner of list and statistics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from dlq.monitoring import alerts
from dlq.outcomes.settling import settle
from tests.support.chains import statuses
from tests.support.database import SCHEMA, another_connection, sql
from tests.support.entries import add_entries
from tests.support.jobs import finish, jobs
from tests.support.operations import requeue
from tests.support.pages import LIST, STATISTICS, Page, get, text_of
from tests.support.patterns import group_everything
from tests.support.people import client_of
from tests.support.statistics import counted

pytestmark = pytest.mark.django_db

BANNER = f"{LIST}alerts/"
AGO = "now() - interval '{}' - n * interval '1 second'"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def check(*options: str) -> tuple[int, str]:
    """The exit code and the line."""
    out = StringIO()
    code = 0
    try:
        call_command("dlq_stats", "--check", *options, stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    assert out.getvalue().count("\n") == 1
    return code, out.getvalue().strip()


def test_all_is_well_when_the_table_is_empty() -> None:
    assert check() == (0, "DLQ OK: nothing exceeds a threshold")


@pytest.mark.parametrize(
    ("last", "before", "expected"),
    [(10, 10, 0), (11, 11, 1), (11, 10, 0), (10, 50, 0), (50, 11, 1), (51, 0, 2)],
)
def test_new_entries_raise_it_when_they_are_more_than_the_library_advises(
    last: int, before: int, expected: int
) -> None:
    add_entries(last, failed_at=AGO.format("10 minutes"))
    add_entries(before, failed_at=AGO.format("70 minutes"))
    code, line = check()
    assert code == expected
    assert ("jobs failed in" in line) == (expected > 0)


def test_total_raises_it_when_it_is_above_five_hundred() -> None:
    add_entries(500, failed_at="now() - interval '10 days'")
    assert check()[0] == 0
    add_entries(1, failed_at="now() - interval '9 days'")
    assert check() == (2, "DLQ CRITICAL: more than 500 failed jobs in all")


def test_oldest_raises_it_when_it_is_past_its_days() -> None:
    add_entries(1, failed_at="now() - interval '89 days'")
    assert check()[0] == 0
    add_entries(1, failed_at="now() - interval '91 days'")
    assert check() == (1, "DLQ WARNING: the oldest failed job that nobody has requeued is 91 days old (more than 90)")


def test_oldest_is_one_that_nobody_has_requeued_as_the_metric_has_it(boss: Client) -> None:
    add_entries(
        2, failed_at="now() - interval '95 days'", requeued_count="1", last_requeued_at="now() - interval '1 day'"
    )
    assert check()[0] == 0
    add_entries(3, failed_at="now() - interval '93 days' + n * interval '1 second'")
    assert "that nobody has requeued is 92 days old" in check()[1]
    (link,) = Page.of(boss.get(BANNER)).links("Show them")
    assert counted(boss, link) == 3


def test_link_shows_what_was_counted_when_some_of_it_has_recovered_since(boss: Client) -> None:
    entries = add_entries(60, failed_at=AGO.format("10 minutes"))
    requeue(*entries[:20])
    for job in jobs():
        finish(job["id"])
    settle(30)
    assert set(statuses().values()) == {"new", "recovered"}
    assert "60 jobs failed in the last hour" in check()[1]
    (link,) = Page.of(boss.get(BANNER)).links("Show them")
    assert counted(boss, link) == 60


def test_task_raises_it_when_it_fails_every_hour() -> None:
    for hours in range(6):
        assert check()[0] == 0
        add_entries(1, failed_at=AGO.format(f"{hours} hours 5 minutes"), task_identifier="'sync crm'")
        add_entries(1, failed_at=AGO.format("5 minutes"), task_identifier="'once'")
    assert check() == (1, "DLQ WARNING: sync crm failed in each of the last 6 hours")


def test_critical_comes_first_when_several_are_raised() -> None:
    add_entries(51, failed_at=AGO.format("1 minute"))
    add_entries(1, failed_at="now() - interval '91 days'")
    code, line = check()
    assert code == 2
    assert line == (
        "DLQ CRITICAL: 51 jobs failed in the last hour (more than 50);"
        " the oldest failed job that nobody has requeued is 91 days old (more than 90)"
    )


def test_thresholds_are_the_commands_when_given() -> None:
    add_entries(3, failed_at=AGO.format("1 minute"))
    assert check("--critical-new-per-hour", "2")[0] == 2
    assert check("--new-per-hour", "2", "--hours", "1")[0] == 1
    assert check("--critical-total", "2")[0] == 2
    assert check("--task-hours", "1")[0] == 1


def test_several_tasks_that_fail_every_hour_are_told_with_a_list_of_all_of_them(boss: Client) -> None:
    for hours in range(6):
        add_entries(5, failed_at=AGO.format(f"{hours} hours 5 minutes"), task_identifier="'task ' || n")
    add_entries(5, failed_at=AGO.format("7 hours"), task_identifier="'task ' || n")
    (line,) = Page.of(boss.get(BANNER)).all("p")
    assert text_of(line) == "Warning: task 1, task 2, task 3 and 2 others failed in each of the last 6 hours. Show them"
    (link,) = Page.of(boss.get(BANNER)).links("Show them")
    assert counted(boss, link) == 30


def test_what_jumped_is_told_before_what_is_exceeded_all_the_time(boss: Client) -> None:
    add_entries(600, failed_at="now() - interval '10 days'", task_identifier="'old'")
    add_entries(30, failed_at=AGO.format("29 hours"), task_identifier="'send_email'")
    add_entries(110, failed_at=AGO.format("5 hours"), task_identifier="'send_email'")
    add_entries(110, failed_at=AGO.format("5 hours"), task_identifier="'resize'")
    add_entries(110, failed_at=AGO.format("29 hours"), task_identifier="'resize'")
    page = Page.of(boss.get(BANNER))
    assert [text_of(line) for line in page.all("li")] == [
        "Warning: send_email jumped: 110 failed in the last 12 hours, 30 in the same hours the day before. Show them",
        "Critical: more than 500 failed jobs in all. Show them",
    ]
    assert [counted(boss, link) for link in page.links("Show them")] == [110, 960]
    code, line = check()
    assert code == 2
    assert line.startswith("DLQ CRITICAL: send_email jumped: 110 failed")


@pytest.mark.parametrize(
    ("recent", "before", "jumped"),
    [(100, 0, False), (101, 0, True), (150, 50, True), (149, 50, False), (150, 51, False)],
)
def test_task_jumps_when_it_is_more_than_the_least_and_so_many_times_as_before(
    recent: int, before: int, jumped: bool
) -> None:
    add_entries(recent, failed_at=AGO.format("11 hours"))
    add_entries(before, failed_at=AGO.format("35 hours"))
    # Neither in the last hours nor in the same hours before.
    add_entries(500, failed_at=AGO.format("20 hours"))
    assert ("jumped" in check("--critical-total", "0")[1]) == jumped


def test_hours_are_compared_with_earlier_ones_that_do_not_overlap() -> None:
    add_entries(110, failed_at=AGO.format("40 hours"))
    assert "none in the same hours 2 days before" in check("--spike-hours", "48")[1]
    add_entries(110, failed_at=AGO.format("90 hours"))
    assert check("--spike-hours", "48")[0] == 0


def test_length_may_be_longer_than_there_is_time() -> None:
    add_entries(110, failed_at=AGO.format("5 hours"))
    assert "jumped: 110 failed" in check("--spike-hours", "999999999")[1]


def test_pattern_jumps_when_its_task_does_not(boss: Client) -> None:
    add_entries(200, failed_at=AGO.format("30 hours"), last_error="'\"disk full\"'")
    add_entries(200, failed_at=AGO.format("5 hours"), last_error="'\"connection refused\"'")
    group_everything()
    page = Page.of(boss.get(BANNER))
    (line,) = page.all("p")
    assert re.fullmatch(
        r"Warning: “.*connection refused.*” \(.*\) jumped: 200 failed in the last 12 hours, none in .* before. Show them",
        text_of(line),
    )
    assert [counted(boss, link) for link in page.links("Show them")] == [200]


def test_spikes_beyond_the_first_share_a_line_with_a_list_of_them(boss: Client) -> None:
    add_entries(550, failed_at=AGO.format("5 hours"), task_identifier="'task ' || n % 5")
    page = Page.of(boss.get(BANNER))
    lines = [text_of(line) for line in page.all("li") if "jumped" in text_of(line)]
    assert len(lines) == 4
    assert lines[3] == (
        "Warning: 2 other tasks jumped: 220 failed in the last 12 hours, none in the same hours the day before. Show them"
    )
    assert [counted(boss, link) for link in page.links("Show them")][:4] == [110, 110, 110, 220]


def test_levels_are_told_when_looking_for_spikes_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_args: object, **_named: object) -> list[object]:
        sql("SELECT pg_sleep(5)")
        return []

    monkeypatch.setattr(alerts, "SPIKE_SECONDS", 0.1)
    monkeypatch.setattr(alerts, "spikes", too_long)
    add_entries(501, failed_at="now() - interval '10 days'")
    assert check() == (2, "DLQ CRITICAL: more than 500 failed jobs in all")


def test_nothing_is_raised_when_each_threshold_is_off(settings: object) -> None:
    settings.DLQ_ALERT_TASK_HOURS = settings.DLQ_ALERT_HOURS = 1  # type: ignore[attr-defined]
    add_entries(160, failed_at=AGO.format("1 minute"))
    add_entries(600, failed_at="now() - interval '100 days'")
    for name in ("CRITICAL_NEW_PER_HOUR", "NEW_PER_HOUR", "CRITICAL_TOTAL", "OLDEST_DAYS", "TASK_HOURS", "SPIKE_LEAST"):
        assert check()[0] > 0
        setattr(settings, f"DLQ_ALERT_{name}", 0)
    assert check()[0] == 0


def test_line_stays_one_line_when_a_task_has_several() -> None:
    add_entries(1, task_identifier="E'evil\\nDLQ OK: nothing'", failed_at=AGO.format("1 minute"))
    assert check("--task-hours", "1") == (1, "DLQ WARNING: evil DLQ OK: nothing failed in the last hour")


@pytest.mark.django_db(transaction=True)
def test_it_is_critical_when_it_could_not_look() -> None:
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        sql("SET lock_timeout = '100ms'")
        try:
            code, line = check()
        finally:
            sql("RESET lock_timeout")
    assert code == 2
    assert line.startswith("DLQ CRITICAL: could not look: ")


@pytest.mark.parametrize("address", [LIST, STATISTICS])
def test_banner_is_asked_for_when_the_page_opens(boss: Client, address: str) -> None:
    (place,) = get(boss, address).all("div", id="dlq-alerts")
    assert place.get("hx-get") == BANNER


def test_banner_says_what_the_check_says_and_leads_there_when_raised(boss: Client) -> None:
    add_entries(51, failed_at=AGO.format("1 minute"))
    add_entries(2, failed_at="now() - interval '91 days'")
    page = Page.of(boss.get(BANNER))
    assert [text_of(line) for line in page.all("li")] == [
        "Critical: 51 jobs failed in the last hour (more than 50). Show them",
        "Warning: the oldest failed job that nobody has requeued is 91 days old (more than 90). Show them",
    ]
    assert [counted(boss, link) for link in page.links("Show them")] == [51, 2]
    assert text_of(page.one("summary")) == "2 alerts: Critical: 51 jobs failed in the last hour (more than 50)."


def test_banner_is_empty_when_nothing_is_raised(boss: Client) -> None:
    assert text_of(Page.of(boss.get(BANNER)).one("div", id="dlq-alerts")) == ""


def test_banner_asks_the_database_seldom_when_shown_often(boss: Client) -> None:
    boss.get(BANNER)
    add_entries(51, failed_at=AGO.format("1 minute"))
    assert not Page.of(boss.get(BANNER)).all("p")


@pytest.mark.django_db(transaction=True)
def test_page_continues_without_banner_when_looking_takes_too_long(superuser: User, settings: object) -> None:
    settings.DLQ_STATEMENT_TIMEOUT = 0.2  # type: ignore[attr-defined]
    client = client_of(superuser)
    with another_connection() as other:
        other.execute(f"LOCK TABLE {SCHEMA}.backfill_dlq IN ACCESS EXCLUSIVE MODE")
        page = Page.of(client.get(BANNER))
    assert page.status == 200
    assert not page.all("p")
