"""The page before a merge, a split or an undo, and the ways to it from the pattern's page."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from dlq.models import EntryPattern, FailurePattern, PatternDecision
from tests.support.entries import add_entry
from tests.support.pages import PATTERNS, Page, get, pattern_url, text_of
from tests.support.patterns import check_counts, group_everything, pattern_of

pytestmark = pytest.mark.django_db

SHOPS = ("amber", "birch", "cobalt", "dune")


def grouped(*texts: str) -> list[int]:
    entries = [add_entry(last_error=json.dumps(text)) for text in texts]
    group_everything()
    return entries


def regroup_url(pattern: int, asked: str) -> str:
    return f"{PATTERNS}{pattern}/regroup/?{asked}"


def press(boss: Client, page: Page, address: str) -> Page:
    mark = page.one("button", name="mark").get("value", "")
    return Page.of(boss.post(address, {"mark": mark}, follow=True))


def test_merge_is_shown_before_it_is_done_and_named_in_the_history_and_undone_from_the_page(boss: Client) -> None:
    one, other, _third = grouped("disk is full", "no space left on device", "no space left on device")
    whole, part = pattern_of(one), pattern_of(other)
    address = regroup_url(whole.pk, f"merge={part.pk}")
    shown = get(boss, address)
    assert "Failed jobs that move2" in shown.text
    assert whole.task_identifier in shown.text
    assert pattern_of(other) == part, "nothing is done by looking"
    done = press(boss, shown, address)
    assert pattern_of(other) == whole
    assert done.messages == ["Done. It can be undone from this page."]
    assert f"bossMerged pattern #{part.pk}" in done.text
    (undo,) = [link.get("href", "") for link in done.all("a") if text_of(link) == "Undo …"]
    undone = press(boss, get(boss, undo), undo)
    assert pattern_of(other) == part
    assert "Undid boss’s merge with" in undone.text
    check_counts()


def test_what_differs_in_its_code_alone_is_proposed_and_the_page_names_who_merged_it(boss: Client) -> None:
    one, other = grouped("request failed with status code 500", "request failed with status code 503")
    whole, part = pattern_of(one), pattern_of(other)
    page = get(boss, pattern_url(whole.pk))
    assert "Differs only in “500” / “503”" in page.text
    choices = {option.get("value", "") for option in page.one("select", name="merge").iter("option")}
    assert choices == {"", str(part.pk)}
    done = press(boss, get(boss, regroup_url(whole.pk, f"merge={part.pk}")), regroup_url(whole.pk, f"merge={part.pk}"))
    assert "boss merged patterns into this one" in done.text
    assert "Code500 or 503" in done.text
    assert "2 texts that say the same are one pattern, as boss said" in done.text
    assert "(code 503)" in done.text
    assert "cut off" not in done.text


def test_a_merge_with_nothing_says_what_is_wrong(boss: Client) -> None:
    (one,) = grouped("disk is full")
    assert "There is no such failure pattern." in get(boss, regroup_url(pattern_of(one).pk, "merge=")).text


def test_page_says_what_is_lacking_where_a_traceback_was_cut_off(boss: Client) -> None:
    whole, cut = grouped(
        'Traceback (most recent call last):\n  File "/srv/app/a.py", line 3, in save\n'
        "    f()\nDiskError: disk quota was exceeded",
        "DiskError: disk quota was exceeded",
    )
    assert pattern_of(whole) == pattern_of(cut)
    page = get(boss, pattern_url(pattern_of(whole).pk))
    assert "2 texts that say the same are one pattern, though something was cut off in some." in page.text
    assert "but for what was cut off" in page.text
    assert page.text.count("DiskError: disk quota was exceeded (no place in the application)") == 1
    assert "exceeded<*>" not in page.text
    assert "(nothing)" not in page.text
    template = EntryPattern.objects.get(pk=cut).pattern_id
    assert "Failed jobs that move1" in get(boss, regroup_url(pattern_of(whole).pk, f"split={template}")).text


def test_page_shows_what_varies_and_splits_off_what_is_ticked(boss: Client) -> None:
    entries = grouped(*(f"shop {name} has no domain" for name in (*SHOPS, "cobalt")))
    whole = pattern_of(entries[0])
    page = get(boss, pattern_url(whole.pk))
    assert "shop … has no domain" in page.text
    assert page.title.startswith("shop <*> has no domain")
    assert "4 texts that differ there are one pattern" in page.text
    assert "but for what varies in the message" in page.text
    labels = [text_of(label) for label in page.all("label") if label.get("for", "").startswith("v-")]
    assert (labels[0], sorted(labels)) == ("cobalt", sorted(SHOPS))
    template = EntryPattern.objects.get(pk=entries[2]).pattern_id
    address = regroup_url(whole.pk, f"split={template}")
    assert "Failed jobs that move2" in get(boss, address).text
    press(boss, get(boss, address), address)
    assert pattern_of(entries[2]).pk != whole.pk == pattern_of(entries[0]).pk
    check_counts()


def test_patterns_that_differ_in_a_word_are_proposed_but_not_names_nor_what_people_took_apart(boss: Client) -> None:
    one, other, *_names = grouped(
        "user mike is unknown", "user xenia is unknown", 'missing field "sku"', 'missing field "price"'
    )
    page = get(boss, pattern_url(pattern_of(one).pk))
    assert "Differs only in “mike” / “xenia”" in page.text
    assert page.links("Merge …") == [regroup_url(pattern_of(one).pk, f"merge={pattern_of(other).pk}")]
    names = get(boss, pattern_url(FailurePattern.objects.get(title__contains="sku").pk))
    assert "Differs only in" not in names.text


def test_what_was_split_off_is_not_proposed(boss: Client) -> None:
    entries = grouped(*(f"shop {name} has no domain" for name in SHOPS))
    whole = pattern_of(entries[0])
    address = regroup_url(whole.pk, f"split={EntryPattern.objects.get(pk=entries[2]).pattern_id}")
    press(boss, get(boss, address), address)
    assert "Differs only in" not in get(boss, pattern_url(whole.pk)).text


@pytest.mark.parametrize("asked", ["", "merge=999999", "merge=x", "split=x", "undo=1", f"merge={10**30}", "split="])
def test_what_can_not_be_done_is_said_in_a_sentence(boss: Client, asked: str) -> None:
    (entry,) = grouped("disk is full")
    address = regroup_url(pattern_of(entry).pk, asked)
    page = get(boss, address)
    assert page.status == 200
    assert not page.all("button", name="mark")
    assert Page.of(boss.post(address, {"mark": "x"})).status == 200
    assert not PatternDecision.objects.exists()


def test_nothing_is_done_when_something_else_would_move_than_was_shown(boss: Client) -> None:
    one, other = grouped("disk is full", "shop amber has no domain")
    address = regroup_url(pattern_of(one).pk, f"merge={pattern_of(other).pk}")
    shown = get(boss, address)
    grouped(*(f"shop {name} has no domain" for name in SHOPS))
    assert "Nothing was done" in press(boss, shown, address).messages[0]
    assert pattern_of(one) != pattern_of(other)


def test_address_of_a_part_leads_to_the_whole(boss: Client) -> None:
    one, other = grouped("disk is full", "no space left on device")
    whole, part = pattern_of(one), pattern_of(other)
    address = regroup_url(whole.pk, f"merge={part.pk}")
    press(boss, get(boss, address), address)
    response = boss.get(pattern_url(part.pk))
    assert response["Location"] == pattern_url(whole.pk)
    assert not FailurePattern.objects.get(pk=part.pk).entry_count
