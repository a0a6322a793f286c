"""A failure that is requeued and fails again, with a real worker: it is there once, and nobody is mailed twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from tests.browser.conftest import Window
from tests.support.entries import add_entry, ids
from tests.support.graphile import work
from tests.support.jobs import jobs
from tests.support.pages import LIST, entry_url

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def time_passes() -> None:
    """A worker runs what is due; what dies comes to the table; the caretaker comes by."""
    work()
    process_failed_jobs(TABLE)
    settle(10)


def test_failure_that_came_back_is_one_failure_everywhere(superuser: User, window: Callable[..., Window]) -> None:
    old = add_entry(task_identifier="always_dies", payload='{"customer": "acme"}', max_attempts=1)
    opened = window(superuser)
    page = opened.open(entry_url(old))
    page.get_by_role("button", name="Requeue …").click()
    page.get_by_role("button", name="Requeue", exact=True).click()
    page.get_by_text("Requeued: 1 failed job.").wait_for()
    operation = page.get_by_role("link", name=re.compile(r"^Operation \d+$")).first.get_attribute("href") or ""
    time_passes()
    (new,) = set(ids()) - {old}

    # The list has it once, and the operation's number leads there.
    page = opened.open(LIST)
    page.get_by_text("1 failed job besides the recovered ones.").wait_for()
    assert page.locator("#result_list .dlq-id").all_inner_texts() == [f"#{new}"]
    page = opened.open(operation)
    page.get_by_role("link", name="1 failed again").click()
    opened.settle()
    assert page.locator("#result_list .dlq-id").all_inner_texts() == [f"#{new}"]

    # The old one says so, and is not requeued beside its twin.
    page = opened.open(entry_url(old))
    assert page.get_by_role("status").get_by_role("link", name=f"#{new}").is_visible()
    assert page.get_by_role("heading", name="One failure, 2 lives").is_visible()
    assert opened.unreadable() == {}
    page.get_by_role("button", name="Requeue …").click()
    page.get_by_text("0 would be requeued and 1 skipped").wait_for()
    page.get_by_role("button", name="Requeue", exact=True).click()
    page.get_by_text(f"1 skipped: it came back as entry {new}, which stands for both.").wait_for()
    page = opened.open(entry_url(new))
    page.get_by_role("button", name="Requeue …").click()
    page.get_by_text("1 would be requeued, none skipped.").wait_for()
    page.get_by_role("button", name="Requeue", exact=True).click()
    page.get_by_text("Requeued: 1 failed job.").wait_for()
    assert len(jobs()) == 1
    time_passes()
    third = max(ids())
    page = opened.open(LIST)
    assert page.locator("#result_list .dlq-id").all_inner_texts() == [f"#{third}"]

    # It goes as one, and comes back as one.
    page = opened.open(entry_url(third))
    page.get_by_role("button", name="Delete …").click()
    page.get_by_text("2 earlier lives go along").wait_for()
    assert opened.unreadable() == {}
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("Moved to the trash: 1 failed job, with 2 earlier lives.").wait_for()
    assert ids() == []
    page.get_by_role("link", name=re.compile(r"^Operation \d+$")).first.click()
    page.get_by_role("button", name="Restore the deleted entries").click()
    page.get_by_text("Restored from the trash: 3 failed jobs.").wait_for()
    assert ids() == [old, new, third]
    assert opened.problems == []
