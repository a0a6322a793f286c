"""The start page as a text, for whoever takes over."""

from __future__ import annotations

from collections.abc import Iterator

from dlq.start.start_page import StartPage
from dlq.web.formatting import clock_text


def hand_over(page: StartPage, address: str) -> str:
    """`address`: the page's own, with host and the moment."""
    return "\n".join(_lines(page, address)) + "\n"


def _lines(page: StartPage, address: str) -> Iterator[str]:
    yield f"Failed jobs since {clock_text(page.since.moment)}, as of {clock_text(page.now)}"
    yield from (f"- {figure.label}: {figure.value}" for figure in page.figures)
    if page.alerts:
        yield "Alerts"
        yield from (f"- {alert.level}: {alert.words}" for alert, _link in page.alerts)
    if page.causes:
        yield "By pattern"
    for cause, _all, _open in page.causes:
        pattern = cause.pattern
        number = (
            f"{cause.failed:,}" if cause.open == cause.failed else f"{cause.failed:,} ({cause.open:,} not recovered)"
        )
        if pattern is None:
            yield f"- {number}: not grouped yet"
            continue
        known = [part for part in (pattern.get_advice_display() if pattern.advice else "", pattern.assignee) if part]
        yield f"- {number}: {pattern.title} ({', '.join([pattern.task_identifier, *known])})"
    if page.operations:
        yield "Operations"
    for one in page.operations:
        reason = f" “{one.reason}”" if one.reason else ""
        yield f"- {one} by {one.actor}, {clock_text(one.created_at)}: {one.get_state_display()}, {one.failures_done:,}{reason}"
    if page.not_handed_over:
        yield f"- and {page.not_handed_over:,} earlier"
    yield address
