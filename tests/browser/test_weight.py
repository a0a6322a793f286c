"""How much a browser fetches, compressed as a proxy does it: for the first page of a day, and for each one after it."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Response

from tests.browser.conftest import Window
from tests.support.entries import add_entries
from tests.support.pages import LIST

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST, LATER = 350_000, 60_000
"""Bytes: of everything, and of what changes from page to page."""


def test_list_is_light(superuser: User, window: Callable[..., Window]) -> None:
    cache.clear()
    add_entries(
        600,
        task_identifier="'reports.generate_statement_v' || n % 7",
        last_error="jsonb_build_object('message', md5(n::text) || repeat(' the mail server did not answer', 4))",
        queue_name="'queue-' || n % 30",
        failed_at="now() - n * interval '1 minute'",
    )
    opened = window(superuser)
    answers: list[Response] = []
    opened.page.on("response", lambda answer: answers.append(answer))
    page = opened.open(f"{LIST}?q=mail")
    page.locator(".dlq-alerts").wait_for()
    assert page.locator("#result_list tbody tr").count() == 100
    sizes = {answer.url: len(gzip.compress(answer.body())) for answer in answers if answer.ok}
    later = sum(size for url, size in sizes.items() if "/static/" not in url)
    print(sum(sizes.values()), later, sorted(sizes.items(), key=lambda s: -s[1])[:12])
    assert sum(sizes.values()) < FIRST, sizes
    assert later < LATER, sizes
    assert opened.problems == []


def test_nothing_comes_from_elsewhere(superuser: User, window: Callable[..., Window]) -> None:
    add_entries(1)
    opened = window(superuser)
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    opened.open(LIST)
    assert [url for url in asked if not url.startswith((opened.address, "data:"))] == []
