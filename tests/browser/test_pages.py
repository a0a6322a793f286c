"""Every page in a real browser: no error, nothing refused, nothing wider than the screen, readable for all."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Dialog

from dlq.models import FailurePattern
from dlq.operations.confirmation import begin
from dlq.operations.runner import pause
from tests.browser.conftest import Window
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entries, add_entry
from tests.support.hostile import IDENTIFIER, add_hostile_things
from tests.support.jobs import exhaust, fail, finish, jobs, start
from tests.support.operations import confirm, operate
from tests.support.pages import (
    LIST,
    OPERATIONS,
    PATTERNS,
    START,
    STATISTICS,
    TRASH,
    entry_url,
    history_url,
    operation_url,
    pattern_url,
)
from tests.support.patterns import group_everything, pattern_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

SIZES = pytest.mark.parametrize("width", [1440, 390])


def addresses() -> dict[str, str]:
    """Entries as support staff meet them, some with long words, and the pages that show them."""
    add_entries(
        120,
        task_identifier="'reports.generate_monthly_statement_v' || n % 3",
        queue_name="CASE WHEN n % 2 = 0 THEN 'bills' ELSE '' END",
    )
    traceback = (
        "Traceback (most recent call last):\\n"
        + '  File \\"/srv/app/'
        + "x" * 150
        + '.py\\", line 3\\n' * 4
        + "KeyError: 'id'"
    )
    entry = add_entry(
        last_error=f'"{traceback}"',
        payload='{"customer": {"id": 10.00, "tags": ["a", null, true]}, "w": "' + "w" * 300 + '"}',
        job_key="k" * 200,
        notes="call them\nback",
        original_created_at="2026-01-01 00:00+00",
        original_run_at="2026-01-01 00:01+00",
    )
    requeue = operate("requeue", [entry, add_entry(priority=99_999)], reason="after the outage", note="mail is back")
    delete = operate("delete", [add_entry()])
    group_everything()
    FailurePattern.objects.update(advice="no", advice_text="Not before the mail server is back.", assignee="ann")
    outcomes = requeue_of_every_outcome()
    paused, _new = begin(confirm("requeue", pairs=[("task_identifier", "nobody")]).counted(5), actor="ann")
    pause(paused.pk, "Paused by ann.")
    return {
        "list": LIST,
        "filtered list": f"{LIST}?{urlencode({'q': 'exceeded', 'failure_count_min': 1})}",
        "columns": f"{LIST}?columns=key&columns=error&columns=job_id&size=50",
        "views": f"{LIST}views/",
        "wrong filter": f"{LIST}?task=x",
        "nothing matches": f"{LIST}?task_identifier=nobody",
        "entry": entry_url(entry),
        "history": history_url(entry),
        "start": f"{START}?since=30d",
        "statistics": STATISTICS,
        "operations": OPERATIONS,
        "patterns": PATTERNS,
        "no patterns": f"{PATTERNS}?q=nowhere",
        "pattern": pattern_url(pattern_of(entry).pk),
        "requeue": operation_url(requeue.pk),
        "delete": operation_url(delete.pk),
        "outcomes": operation_url(outcomes),
        "paused": operation_url(paused.pk),
        "trash": TRASH,
    }


def requeue_of_every_outcome() -> int:
    operation = operate("requeue", add_entries(5))
    finished, exhausted, failed, started, _waiting = (job["id"] for job in jobs()[-5:])
    finish(finished)
    exhaust(exhausted)
    fail(failed)
    start(started)
    return operation.pk


@SIZES
def test_pages_work_and_fit_when_opened(superuser: User, window: Callable[..., Window], width: int) -> None:
    opened = window(superuser, width=width)
    found: dict[str, object] = {}
    for name, address in addresses().items():
        opened.open(address)
        found |= {f"{name}: {finding}": where for finding, where in findings(opened).items()}
    assert (found, opened.problems) == ({}, [])


@SIZES
@pytest.mark.parametrize("action", ["Requeue …", "Delete …"])
def test_confirmation_works_and_fits_when_asked_for(
    superuser: User, window: Callable[..., Window], width: int, action: str
) -> None:
    opened = window(superuser, width=width)
    entry = add_entry(last_error='"' + "w" * 300 + '"', queue_name="")
    page = opened.open(entry_url(entry))
    page.get_by_role("button", name=action).click()
    page.get_by_text("You are about to").wait_for()
    assert page.title().startswith("Confirm")
    assert (findings(opened), opened.problems) == ({}, [])


def findings(opened: Window) -> dict[str, object]:
    """What is wrong with the page as it is, in the light and in the dark."""
    found: dict[str, object] = {"too wide": opened.overflow} if opened.overflow > 0 else {}
    for theme in ("light", "dark"):
        opened.page.emulate_media(color_scheme=theme)
        found |= {f"{theme}: {rule}": where for rule, where in opened.unreadable().items()}
    return found


def test_nothing_acts_when_the_data_is_hostile(superuser: User, window: Callable[..., Window]) -> None:
    things = add_hostile_things()
    group_everything()
    sql(f'ALTER TABLE {SCHEMA}.backfill_dlq RENAME "<b>tenant" TO "tenant<b>"')
    try:
        opened = window(superuser)

        def opens(dialog: Dialog) -> None:
            opened.problems.append("a dialog opened")
            dialog.dismiss()

        opened.page.on("dialog", opens)
        for address in (
            LIST,
            entry_url(things.entry),
            entry_url(things.came_back),
            history_url(things.entry),
            START,
            STATISTICS,
            OPERATIONS,
            operation_url(things.requeue),
            operation_url(things.delete),
            PATTERNS,
            pattern_url(pattern_of(things.entry).pk),
            f"{LIST}?{urlencode({'task_identifier': IDENTIFIER})}",
        ):
            opened.open(address)
        assert opened.problems == []
    finally:
        sql(f'ALTER TABLE {SCHEMA}.backfill_dlq DROP "tenant<b>", DROP meta')


def test_times_are_the_browsers_when_a_page_is_opened_again(superuser: User, window: Callable[..., Window]) -> None:
    add_entry(failed_at="2020-03-01 12:00+00")
    opened = window(superuser, zone="America/New_York")
    opened.open(LIST)
    page = opened.open(LIST)
    assert page.get_by_text("1 Mar 2020 07:00:00").is_visible()
    assert page.get_by_text("Times in America/New_York").is_visible()
    assert opened.problems == []
