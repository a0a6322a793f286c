"""Untrusted text stays text: on every page, under the strict policy, whatever stands in the columns."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import html5lib
import pytest
from django.test import Client

from dlq.models import FailurePattern
from dlq.patterns.edits import FIELDS
from tests.support.database import SCHEMA, sql
from tests.support.entries import add_entry
from tests.support.hostile import IDENTIFIER, TEXT, add_hostile_things
from tests.support.pages import (
    LIST,
    OPERATIONS,
    PATTERNS,
    START,
    STATISTICS,
    TRASH,
    Page,
    ask,
    entry_url,
    history_url,
    operation_url,
    pattern_url,
)
from tests.support.patterns import group_everything, pattern_of

pytestmark = pytest.mark.django_db

PLACES = (
    "list",
    "filtered list",
    "wrong filter",
    "unknown filter",
    "nothing matches",
    "entry",
    "entry that came back",
    "history",
    "start",
    "statistics",
    "filtered statistics",
    "statistics by pattern",
    "count",
    "operations",
    "requeue operation",
    "delete operation",
    "cancelled operation",
    "trash",
    "trashed history",
    "confirm requeue",
    "confirm delete",
    "confirm note",
    "confirm all",
    "patterns",
    "pattern",
    "pattern with a mistake",
    "pattern written about by two",
    "filtered by pattern",
    "notes refused",
    "notes conflict",
    "gone",
)


def rename_the_owners_column() -> None:
    """Its odd name has a test of its own (test_entry.py)."""
    sql(f'ALTER TABLE {SCHEMA}.backfill_dlq RENAME "<b>tenant" TO "tenant<b>x</b>"')


def write_about_patterns(entry: int) -> int:
    """Sort everything in, fill every field that people write with the text, and return the entry's pattern."""
    group_everything()
    written = dict.fromkeys(("advice_text", "notes", "runbook_url"), TEXT)
    FailurePattern.objects.update(assignee=TEXT[:100], edited_by=TEXT[:100], edit_number=1, advice="no", **written)
    return pattern_of(entry).pk


@pytest.fixture
def pages(boss: Client, settings: object) -> dict[str, Page]:
    settings.DLQ_EXTRA_COLUMNS = ("tenant<b>x</b>", "meta")  # type: ignore[attr-defined]
    things = add_hostile_things()
    rename_the_owners_column()
    query = urlencode(
        {
            "task_identifier": IDENTIFIER,
            "queue_name": IDENTIFIER,
            "job_key": TEXT,
            "q": '"' + TEXT[:20] + '"',
            "payload": f"x={TEXT}",
        }
    )
    entry = entry_url(things.entry)
    pattern = write_about_patterns(things.entry)
    got = {
        "list": boss.get(LIST),
        "filtered list": boss.get(f"{LIST}?{urlencode({'task_identifier': IDENTIFIER})}"),
        "wrong filter": boss.get(
            f"{LIST}?{urlencode({'failed_after': TEXT, 'requeued': TEXT, 'failure_count_min': TEXT})}"
        ),
        "unknown filter": boss.get(f"{LIST}?{urlencode({TEXT: TEXT})}"),
        "nothing matches": boss.get(f"{LIST}?{query}"),
        "entry": boss.get(entry),
        "entry that came back": boss.get(entry_url(things.came_back)),
        "history": boss.get(history_url(things.entry)),
        "start": boss.get(f"{START}?since=7d"),
        "statistics": boss.get(STATISTICS),
        "statistics by pattern": boss.get(f"{STATISTICS}?by=pattern&window=1h"),
        "filtered statistics": boss.get(f"{STATISTICS}?{query}"),
        "count": boss.get(f"{LIST}count/?{query}"),
        "operations": boss.get(OPERATIONS),
        "requeue operation": boss.get(operation_url(things.requeue)),
        "delete operation": boss.get(operation_url(things.delete)),
        "patterns": boss.get(f"{PATTERNS}?{urlencode({'task': IDENTIFIER, 'owner': TEXT[:100], 'state': 'any'})}"),
        "pattern": boss.get(pattern_url(pattern)),
        "pattern with a mistake": boss.post(pattern_url(pattern), dict.fromkeys(FIELDS, TEXT)),
        "pattern written about by two": boss.post(
            pattern_url(pattern), {"state": "known", "notes": TEXT + "mine", "seen": "0"}
        ),
        "filtered by pattern": boss.get(f"{LIST}?pattern={pattern}&status=any"),
        "cancelled operation": boss.get(operation_url(things.cancelled)),
        "trash": boss.get(TRASH),
        "trashed history": boss.get(history_url(things.gone)),
        "notes refused": boss.post(entry, {"notes": TEXT + "x" * 100_001, "seen": TEXT}),
        "notes conflict": boss.post(entry, {"notes": TEXT + "mine", "seen": TEXT}),
        "gone": boss.get(f"{LIST}9999999/change/", follow=True),
    }
    shown = {name: Page.of(response) for name, response in got.items()}
    for kind in ("requeue", "delete", "note"):
        shown[f"confirm {kind}"] = ask(boss, kind, [things.entry])
    shown["confirm all"] = ask(boss, "requeue", everything=True, query=f"?{urlencode({'task_identifier': IDENTIFIER})}")
    assert set(shown) == set(PLACES)
    return shown


def each(pages: dict[str, Page]) -> Iterator[tuple[str, Page]]:
    for name, page in pages.items():
        assert page.status == 200, name
        yield name, page


def test_nothing_in_the_data_acts_when_any_page_is_opened(pages: dict[str, Page]) -> None:
    for name, page in each(pages):
        for element in page.document.iter():
            where = (name, element.tag, element.attrib)
            assert not [attribute for attribute in element.attrib if attribute.lower().startswith("on")], where
            assert not element.get("href", "").strip().lower().startswith("javascript:"), where
            assert element.get("src") != "x", where


def test_hostile_text_is_there_to_be_escaped_when_the_pages_show_it(pages: dict[str, Page]) -> None:
    """Else the test above could not fail."""
    for name in PLACES:
        if name not in ("gone", "count"):
            assert "<script>alert" in pages[name].text or "</script><script>" in pages[name].text, name


def test_no_script_or_style_is_inline_when_any_page_is_opened(pages: dict[str, Page]) -> None:
    for name, page in each(pages):
        # A data block is not executed, so the policy has no say in it.
        scripts = [script for script in page.all("script") if script.get("type") != "application/json"]
        for script in scripts:
            assert script.get("src", "").startswith(("/static/", "/admin/jsi18n/")), (name, script.attrib, script.text)
            assert not (script.text or "").strip(), name
        assert not page.all("style"), name
        assert not [element for element in page.document.iter() if element.get("style") is not None], name


def test_policy_is_sent_when_any_page_is_opened(pages: dict[str, Page]) -> None:
    for name, page in each(pages):
        policy = page.response["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        directives = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
        assert directives["default-src"] == ["'none'"]
        assert directives["script-src"] == ["'self'"]
        assert directives["style-src"] == ["'self'"]
        assert directives["frame-ancestors"] == ["'none'"]


def test_markup_is_valid_when_any_page_is_opened(pages: dict[str, Page]) -> None:
    for name, page in each(pages):
        text = page.response.content.decode()
        if name == "count":
            text = f"<!DOCTYPE html><title>x</title>{text}"
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(text)
        assert not parser.errors, (name, [(position, code) for position, code, _ in parser.errors][:5])


def test_identifiers_are_unique_when_any_page_is_opened(pages: dict[str, Page]) -> None:
    for name, page in each(pages):
        ids = [str(element.get("id")) for element in page.document.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), (name, sorted(one for one in ids if ids.count(one) > 1))


def test_template_code_in_the_data_is_text_when_shown(boss: Client) -> None:
    entry = add_entry(failure_reason="{{ 7|add:7 }}{% now 'Y' %}", last_error=None)
    assert "{{ 7|add:7 }}{% now 'Y' %}" in Page.of(boss.get(entry_url(entry))).text


@pytest.mark.parametrize("column", ["payload", "last_error"])
def test_download_is_a_file_and_never_a_page_when_it_has_markup(boss: Client, column: str) -> None:
    entry = add_entry(**{column: '"<script>alert(1)</script>"'})
    response = boss.get(f"{entry_url(entry).removesuffix('change/')}payload/", {"column": column})
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"<script>" in b"".join(response)
