"""What failed jobs have in common: what they have far more often than the rest, each a link that narrows the filter."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from dlq.filters import DlqFilterSet
from dlq.models import FailurePattern
from dlq.selection import traits
from dlq.table.location import TABLE
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST, Page, get, text_of
from tests.support.patterns import group_everything

pytestmark = pytest.mark.django_db

BEGUN = "2026-03-01 10:15+00"
BEFORE = "2026-02-20 08:15+00"


def table_of_two_kinds() -> None:
    """Of the mails six of eight are one customer's; of the others one of twenty."""
    for number in range(8):
        add_entry(
            task_identifier="mail",
            payload={"customer": {"id": 7 if number < 6 else 100 + number}, "to": f"{number}@example.org", "a.b": 1},
            last_error='"mailbox full"',
            failed_at=BEGUN,
        )
    for number in range(20):
        add_entry(
            task_identifier="bill",
            payload={"customer": {"id": 7 if not number else 200 + number}},
            last_error='"disk trouble"',
            failed_at=BEFORE,
        )


def answers(page: Page) -> dict[str, tuple[str, str]]:
    """Percentages here and elsewhere."""
    words = [text_of(cell) for cell in page.all("th", scope="row")]
    shares = [text_of(cell) for cell in page.all("td", class_="dlq-number")]
    return dict(zip(words, zip(shares[::2], shares[1::2], strict=True), strict=True))


def asked(query: str, client: Client) -> Page:
    return get(client, f"{LIST}common/?{query}")


def matching(page: Page, words: str) -> set[int]:
    """What the answer's link leads to."""
    (link,) = page.links(words)
    pairs = [(name, text) for name, texts in parse_qs(urlsplit(link).query).items() for text in texts]
    return set(DlqFilterSet.of_pairs(pairs).qs.values_list("pk", flat=True))


def test_what_is_over_represented_is_shown_with_both_percentages(boss: Client) -> None:
    table_of_two_kinds()
    found = answers(asked("task_identifier=mail", boss))
    assert found["customer.id=7"] == ("75 %", "5 %")
    assert found['"a.b"=1'] == ("100 %", "0 %")
    assert found["“mailbox” in the error"] == ("100 %", "0 %")
    assert found["failed from 2026-03-01 10:00 to 11:00 UTC"] == ("100 %", "0 %")
    assert not [words for words in found if "example.org" in words]
    assert "task = mail" not in found, "which the filter says itself"
    assert answers(asked("q=mailbox", boss))["task = mail"] == ("100 %", "0 %")


def test_each_answer_leads_to_the_list_that_has_it(boss: Client) -> None:
    table_of_two_kinds()
    page = asked("task_identifier=mail", boss)
    for words, expected in (
        ("customer.id=7", 6),
        ("failed from 2026-03-01 10:00 to 11:00 UTC", 8),
        ("“mailbox” in the error", 8),
    ):
        assert len(matching(page, words)) == expected, words
        assert "task_identifier=mail" in page.links(words)[0]


ODD = {
    "a.b": "point",
    "x=y": "sign",
    " ": "blank",
    "": "nothing",
    'say "hi"': "quotes",
    "of[]": "brackets",
    "日本": "signs",
    "number": 42,
    "text": "42",
    "exact": 10.50,
    "is_on": True,
    "none": None,
    "empty": "",
    "spaced": " x ",
    "quoted": '"q"',
    "tags": ["red", "red"],
    "items": [{"sku": "A-1", "n": 1}, {"sku": "B-2"}],
    "deep.er": {"list": [[{"k.": 5}]]},
}
SAID = {
    '"a.b"=point',
    '"x=y"=sign',
    '" "=blank',
    '""=nothing',
    r'"say \"hi\""=quotes',
    '"of[]"=brackets',
    "日本=signs",
    "number=42",
    "text=42",
    "exact=10.5",
    "is_on=true",
    "none=null",
    "empty=",
    'spaced=" x "',
    'quoted=""q""',
    "tags[]=red",
    "items[].sku=A-1",
    "items[].sku=B-2",
    "items[].n=1",
    '"deep.er".list[][]."k."=5',
}


def test_keys_and_values_of_any_kind_lead_to_exactly_what_has_them(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traits, "MOST_OF_KIND", 100)
    odd = {add_entry(task_identifier="odd", payload=ODD) for _again in range(3)}
    lookalike = {"a": {"b": "point"}, "items": {"sku": "A-1"}, "tags": "red", "deep": {"er": 1}, "of": ["brackets"]}
    add_entry(task_identifier="odd", payload=lookalike)
    add_entry(task_identifier="other", payload=lookalike)
    page = asked("task_identifier=odd", boss)
    assert set(answers(page)) >= SAID
    for words in SAID:
        assert matching(page, words) == odd, words
        assert answers(page)[words] == ("75 %", "0 %")


@pytest.mark.parametrize(
    "kind", ["boolean", "date", "integer", "numeric(9, 2)", "timestamptz", "uuid", "text[]", "jsonb"]
)
def test_extra_columns_lead_to_what_has_them(boss: Client, settings: Any, kind: str) -> None:
    value = {
        "boolean": "true",
        "date": "2026-03-01",
        "integer": "7",
        "numeric(9, 2)": "7.50",
        "timestamptz": "2026-03-01 10:15:30.5+00",
        "uuid": "6f1b1c50-0000-4000-8000-000000000001",
        "text[]": '{a,"b c"}',
        "jsonb": '{"a": [1]}',
    }[kind]
    sql(f"ALTER TABLE {TABLE.regclass} ADD COLUMN special {kind}")
    settings.DLQ_EXTRA_COLUMNS = ("special",)
    here = {add_entry(task_identifier="mail", special=value) for _again in range(3)}
    add_entry(task_identifier="bill")
    page = asked("task_identifier=mail", boss)
    (words,) = [words for words in answers(page) if words.startswith("special = ")]
    assert matching(page, words) == here


def test_listed_paths_come_first_however_deep_and_however_many_others_there_are(boss: Client, settings: Any) -> None:
    settings.DLQ_PAYLOAD_COLUMNS = ("a.b.c.d.e.f.g", "shop")
    deep = {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}
    for number in range(8):
        others = {f"{key}": key for key in "klmnopqr"}
        add_entry(task_identifier="mail", payload={**deep, **others, "shop": "dune" if number < 4 else number})
        add_entry(task_identifier="bill", payload={"shop": number})
    first, second, *_others = answers(asked("task_identifier=mail", boss))
    assert (first, second) == ("a.b.c.d.e.f.g=1", "shop=dune")


def test_hour_leaves_the_bounds_of_the_filter(boss: Client) -> None:
    early = {add_entry(task_identifier="mail", failed_at=f"2026-03-01 10:{minute}+00") for minute in (10, 15, 20)}
    late = {add_entry(task_identifier="mail", failed_at=f"2026-03-01 10:{minute}+00") for minute in (40, 45, 50)}
    add_entries(12, failed_at=f"'{BEFORE}'::timestamptz")
    hour = "failed from 2026-03-01 10:00 to 11:00 UTC"
    assert matching(asked("failed_after=2026-03-01T10:30Z", boss), hour) == late
    assert matching(asked("failed_after=2026-02-28&failed_before=2026-03-01T10:30Z", boss), hour) == early


def test_pattern_is_told_by_its_title_but_not_to_those_who_ask_about_it(boss: Client) -> None:
    table_of_two_kinds()
    group_everything()
    page = asked("queue_name=-&task_identifier=mail", boss)
    assert answers(page)["pattern “mailbox full”"] == ("100 %", "0 %")
    assert len(matching(page, "pattern “mailbox full”")) == 8
    assert not [words for words in answers(page) if words.endswith("in the error")]
    pattern = FailurePattern.objects.get(title="mailbox full")
    assert not [words for words in answers(asked(f"pattern={pattern.pk}", boss)) if "pattern" in words]


def test_ticked_ones_are_compared_with_all_others(boss: Client) -> None:
    table_of_two_kinds()
    one, two, other = (
        add_entry(task_identifier="call", payload={"line": line, "to": str(line)}, last_error='"busy"')
        for line in (1, 1, 2)
    )

    def ticked(*entries: int, **further: str) -> Page:
        return Page.of(boss.post(f"{LIST}common/?queue_name=-", {"_selected_action": entries, **further}))

    page = ticked(one, two)
    assert "Of the 2 that are ticked, and 29 other" in page.text
    assert answers(page)["line=1"] == ("100 %", "0 %")
    assert matching(page, "line=1") == {one, two}
    assert "line=1" not in answers(ticked(other))
    assert "no others" in ticked(one, select_across="1").text
    assert ticked().status == 200
    assert ticked(10**30).status == 200


def test_nothing_is_claimed_where_all_are_alike_or_there_are_no_others(boss: Client) -> None:
    table_of_two_kinds()
    assert "There are no others" in asked("", boss).text
    assert "There are none" in asked("task_identifier=nothing", boss).text


def test_sample_is_bounded(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traits, "SAMPLE", 5)
    table_of_two_kinds()
    found = traits.traits_of(DlqFilterSet.of_pairs([("task_identifier", "mail")]))
    assert found.here == 5
    assert 1 <= found.elsewhere <= 5


def test_odd_payloads_and_names_break_nothing(boss: Client) -> None:
    for payload in (
        [1, 2],
        '"text"',
        "null",
        {"": 1, "x=y": 2, "deep": {"er": {"and": {"deeper": {"still": 1}}}}},
        {"n": 1e300},
    ):
        for _again in range(3):
            add_entry(task_identifier="odd", payload=payload, last_error=None)
    add_entry(task_identifier="other")
    assert asked("task_identifier=odd", boss).status == 200
