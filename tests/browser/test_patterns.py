"""What support staff do with failure patterns, with mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from dlq.models import Requeue
from tests.browser.conftest import Window
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, PATTERNS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pattern_is_found_described_and_requeued_when_somebody_works_on_it(
    superuser: User, window: Callable[..., Window]
) -> None:
    refused = add_entries(12, last_error="to_jsonb('connect ECONNREFUSED 10.0.0.' || n || ':587')")
    add_entry(task_identifier="charge_card", last_error='"card declined"')
    opened = window(superuser)
    page = opened.open(LIST)
    page.get_by_role("link", name="Patterns", exact=True).click()
    page.get_by_role("button", name="Group now").click()
    page.get_by_text("Everything is grouped").wait_for()
    page.get_by_role("link", name="connect ECONNREFUSED").click()
    opened.settle()
    assert page.get_by_text("Nobody has tried it yet.").is_visible()
    page.get_by_label("Assignee").fill("ann")
    page.get_by_label("ask before you requeue").check()
    page.get_by_label("Advice in plain words").fill("Is the mail server back?")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    page.get_by_role("button", name="Requeue all of this pattern").click()
    page.get_by_text("Is the mail server back?").wait_for()
    assert page.get_by_text("You are about to requeue 12 failed jobs").is_visible()
    page.get_by_role("button", name=re.compile(r"^Requeue( [\d,]+)?$")).click()
    page.get_by_text("Requeued: 12 failed jobs.").wait_for()
    assert set(Requeue.objects.values_list("entry_id", flat=True)) == set(refused)
    page = opened.open(f"{PATTERNS}?owner=ann")
    assert page.get_by_text("connect ECONNREFUSED").count() == 1
    page.get_by_role("link", name="See all 12 failed jobs of this pattern").click()
    page.get_by_text("12 failed jobs match this filter.").wait_for()
    assert opened.problems == []
