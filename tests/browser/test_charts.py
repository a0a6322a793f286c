"""The charts in a real browser: drawn, exact on hover and focus, each part a link to as many, in the viewer's zone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Window
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry
from tests.support.hostile import IDENTIFIER
from tests.support.operations import operate
from tests.support.pages import LIST, STATISTICS

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

BARS = "#h-time ~ svg a.dlq-bar[aria-label]"
PARTS = "#h-time ~ svg a.dlq-bar[tabindex]"
CELLS = "#h-heat ~ svg a.dlq-bar"
WEEK = f"{STATISTICS}?failed_after=2026-03-26T00:00Z&failed_before=2026-04-01T00:00Z"


def fill() -> None:
    """A week in which Berlin's clocks go forward, on Sunday 29 March at 01:00 UTC."""
    add_entries(
        400,
        task_identifier="(ARRAY['reports.generate_monthly_statement_v2', 'send_email', 'a', 'b', 'c', 'd', 'e', 'f'])[1 + n % 8]",
        queue_name="CASE WHEN n % 2 = 0 THEN 'bills' ELSE '' END",
        failed_at="timestamptz '2026-03-26 03:00Z' + n * n * interval '2.9 seconds'",
    )


def shown_tip(page: Page) -> str:
    tips = page.locator(".dlq-tip:visible")
    expect(tips).to_have_count(1)
    return str(tips.text_content())


def count_of_list(opened: Window) -> int:
    opened.settle()
    text = opened.page.locator("#dlq-count strong").text_content()
    return int(str(text).replace(",", ""))


def first_number(text: str | None) -> int:
    match = re.match(r"[\d,]+", text or "")
    assert match, text
    return int(match[0].replace(",", ""))


@pytest.mark.parametrize("width", [1440, 390])
def test_bars_are_drawn_within_the_chart_when_the_page_opens(
    superuser: User, window: Callable[..., Window], width: int
) -> None:
    fill()
    opened = window(superuser, width=width)
    page = opened.open(WEEK)
    chart = page.locator("#h-time ~ svg")
    outer = chart.bounding_box()
    assert outer is not None
    assert outer["width"] > 0.8 * min(width, 900)
    parts = page.locator(f"{PARTS} rect").all()
    assert len(parts) > 20
    for part in parts:
        box = part.bounding_box()
        assert box is not None
        assert box["width"] > 2
        assert box["height"] >= 0.9
        assert outer["x"] - 1 <= box["x"] <= outer["x"] + outer["width"]
        assert outer["y"] <= box["y"] <= box["y"] + box["height"] <= outer["y"] + outer["height"]
    assert opened.problems == []


def test_exact_number_is_told_when_a_part_is_pointed_at(superuser: User, window: Callable[..., Window]) -> None:
    fill()
    opened = window(superuser)
    page = opened.open(WEEK)
    part = page.locator(PARTS).first
    part.locator("rect").hover()
    assert shown_tip(page) == part.locator("title").text_content()
    assert first_number(shown_tip(page)) > 0


def test_exact_number_is_told_when_a_bar_has_the_focus(superuser: User, window: Callable[..., Window]) -> None:
    fill()
    opened = window(superuser)
    page = opened.open(WEEK)
    page.locator(".dlq-legend a").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == page.locator(BARS).nth(1).get_attribute("aria-label")
    assert shown_tip(page) == focused


@pytest.mark.parametrize("what", [BARS, PARTS, CELLS])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_list_has_as_many_when_a_part_of_a_chart_is_clicked(
    superuser: User, window: Callable[..., Window], what: str, zone: str
) -> None:
    fill()
    opened = window(superuser, zone=zone)
    opened.open(WEEK)
    page = opened.open(WEEK)  # now in the browser's zone
    assert page.get_by_text(f"({zone})").first.is_visible()
    target = largest(page.locator(what))
    number = first_number(target.locator("title").text_content())
    target.locator("rect").click(position={"x": 4, "y": 2})
    page.wait_for_url(f"**{LIST}?**")
    assert count_of_list(opened) == number > 0
    assert opened.problems == []


def largest(links: Locator) -> Locator:
    return max(links.all(), key=lambda link: first_number(link.locator("title").text_content()))


def test_hours_are_the_browsers_when_the_clocks_went_forward(superuser: User, window: Callable[..., Window]) -> None:
    """01:30 UTC on that Sunday is 03:30 in Berlin; the day before at 00:30 UTC it was 01:30."""
    add_entry(failed_at="2026-03-29 01:30Z")
    add_entry(failed_at="2026-03-28 00:30Z")
    opened = window(superuser, zone="Europe/Berlin")
    opened.open(WEEK)
    page = opened.open(WEEK)
    words = [cell.get_attribute("aria-label") for cell in page.locator(CELLS).all()]
    assert words == ["1 · Saturdays 01–02 h", "1 · Sundays 03–04 h"]
    page.locator(CELLS).last.click()
    assert count_of_list(opened) == 1
    assert page.get_by_text("29 Mar 2026 03:30:00").or_(page.get_by_text("29 Mar 03:30:00")).first.is_visible()


def test_chart_is_stacked_by_something_else_when_asked(superuser: User, window: Callable[..., Window]) -> None:
    fill()
    opened = window(superuser)
    page = opened.open(WEEK)
    page.get_by_role("link", name="by queue", exact=True).click()
    assert page.locator(".dlq-legend li").all_text_contents()[0].split()[0] in ("bills", "no")
    assert page.locator(".dlq-legend li").count() == 2
    assert "failed_after=2026-03-26" in page.url


def test_operation_is_opened_when_its_mark_is_clicked(superuser: User, window: Callable[..., Window]) -> None:
    entries = [add_entry(), add_entry()]
    operation = operate("requeue", entries, actor="anna")
    sql("UPDATE dlq_bulkoperation SET created_at = now() - interval '2 days'")
    opened = window(superuser)
    page = opened.open(STATISTICS)
    mark = page.locator("a.dlq-marker")
    mark.locator("path").hover()
    assert shown_tip(page) == f"Requeue #{operation.pk} by anna: 2 done"
    mark.locator("path").click()
    page.wait_for_url(f"**/bulkoperation/{operation.pk}/change/")
    assert opened.problems == []


def test_colours_follow_when_the_theme_changes(superuser: User, window: Callable[..., Window]) -> None:
    fill()
    opened = window(superuser)
    page = opened.open(WEEK)
    colour = "getComputedStyle(document.querySelector('rect.dlq-single')).fill"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) != light


@pytest.mark.parametrize("width", [1440, 390])
def test_page_is_readable_when_it_is_full(superuser: User, window: Callable[..., Window], width: int) -> None:
    cache.clear()
    fill()
    add_entries(
        60, failed_at="now() - n * interval '1 second'", task_identifier=f"'{'w' * 190}' || n % 3", failure_count="9"
    )
    add_entry(task_identifier=IDENTIFIER.replace("%", ""), queue_name=IDENTIFIER)
    operate("requeue", [add_entry(), add_entry()])
    opened = window(superuser, width=width)
    for address in (STATISTICS, WEEK, f"{STATISTICS}?window=1h&by=priority", f"{STATISTICS}?task_identifier=nobody"):
        page = opened.open(address)
        for details in page.locator("details summary").all():
            details.click()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert (address, theme, opened.unreadable()) == (address, theme, {})
        assert opened.overflow <= 0
    assert opened.problems == []


def test_banner_warns_when_many_failed_just_now(superuser: User, window: Callable[..., Window]) -> None:
    cache.clear()
    add_entries(60, failed_at="now() - n * interval '1 second'")
    opened = window(superuser)
    for address in (LIST, STATISTICS):
        page = opened.open(address)
        banner = page.locator("#dlq-alerts")
        expect(banner).to_contain_text("Critical: 60 jobs failed in the last hour (more than 50).")
        assert (opened.unreadable(), opened.overflow) == ({}, 0)
    page.get_by_role("link", name="Show them").click()
    assert count_of_list(opened) == 60
    cache.clear()
