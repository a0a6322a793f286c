"""Who may not see what is masked learns nothing of it: two tables that differ there only answer every question alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from dlq.filters import DlqFilterSet
from dlq.listing.changelist import DEFAULT_KEYSET
from dlq.selection.count import count_matching
from dlq.selection.facets import facets_of
from dlq.selection.page import fetch_page
from dlq.table.init import init_dlq
from dlq.table.location import TABLE
from tests.redaction.places import DOCUMENTS, SECRET, TEXTS
from tests.support.database import sql
from tests.support.entries import add_entries, add_entry
from tests.support.pages import LIST
from tests.support.patterns import group_everything
from tests.support.people import client_of, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.long]

OTHER = "Swordfish99"
OF_THE_MOMENT = ("csrf", "as of", 'rel="next"')
"""Of a line of a page: it has a token or the time."""
FEW = 12
"""Each of them is masked for each question."""
QUESTIONS = 2_000
MANY = 3
"""Conditions of a question whose count and breakdown are looked at, too: these are dearer."""
PAGES = 150
OWNERS = {"DLQ_EXTRA_COLUMNS": ("tenant", "api_token")}
VALUES: tuple[tuple[Any, Any], ...] = ((17, "seventeen"), (None, ["a", "b"]), ("short", "long " * 40), (True, {"x": 1}))
"""What the same secret may be in the one table and in the other."""


def fill(secret: str, number: int) -> None:
    sql(f"TRUNCATE {TABLE.regclass} RESTART IDENTITY")
    sql(f"ALTER TABLE {TABLE.regclass} ADD COLUMN IF NOT EXISTS tenant text, ADD COLUMN IF NOT EXISTS api_token text")
    for index, document in enumerate(DOCUMENTS[::FEW]):
        text = TEXTS[index * 2 % len(TEXTS)].replace(SECRET, secret)
        add_entry(
            payload=json.dumps({"document": document, "n": index % 5}).replace(SECRET, secret),
            last_error=json.dumps(text),
            failure_reason=f"gave up: {text}",
            notes=text,
            job_key=f"job {index}: {text}"[:200],
            tenant=text,
            api_token=secret,
            failed_at="2026-01-01T00:00:00Z",
        )
    for pair in VALUES:
        add_entry(payload=json.dumps({"password": pair[number], "n": 1}), failed_at="2026-01-01T00:00:00Z")
    add_entries(20, payload='\'{"plain": "hunter2xyzzy"}\'', failed_at="'2026-01-01T00:00:00Z'::timestamptz")


def words(random: Random) -> str:
    part = SECRET if random.random() < 0.5 else OTHER
    start = random.randrange(len(part) - 1)
    return random.choice(
        [
            part,
            part[start : start + random.randint(1, 6)],
            f"password: {part}",
            f'"password: {part[:3]}"',
            f'"{part}, retries"',
            "password",
            "masked",
            "[masked:",
            '"[masked: password]"',
            "token",
            "retries",
            "login failed",
            "seventeen",
            "17",
            "long",
            "null",
            "card",
            "n",
            "3",
            "hun",
        ]
    )


def questions() -> Iterator[list[tuple[str, str]]]:
    random = Random(12)
    for _question in range(QUESTIONS):
        pairs: list[tuple[str, str]] = []
        for _pair in range(random.randint(1, 2)):
            text = words(random).strip('"')
            pairs.append(
                random.choice(
                    [
                        ("q", words(random)),
                        ("q", f"{words(random)} {words(random)}"),
                        ("payload", f"password={text}"),
                        ("payload", f"document.password={text}"),
                        ("payload", f"document.said={text}"),
                        ("payload", f"n={random.randint(0, 5)}"),
                        ("job_key", f"job 7: {text}"),
                        ("job_key", text),
                        ("tenant", text),
                        ("api_token", text),
                        ("has_notes", "yes"),
                        ("pattern", str(random.randint(1, 40))),
                    ]
                )
            )
        if any(name == "q" for name, _text in pairs):
            pairs.append(("q_by", random.choice(["anywhere", "words"])))
        yield pairs


def answer(pairs: list[tuple[str, str]]) -> Any:
    filterset = DlqFilterSet.of_pairs(pairs)
    if filterset.problems:
        return [problem for problem in filterset.problems if "There is no failure pattern" not in problem]
    page = fetch_page(filterset, DEFAULT_KEYSET, None, 200)
    shown = [(entry.pk, entry.error_line, entry.extra_0, entry.extra_1) for entry in page.entries]  # type: ignore[attr-defined]
    if len(pairs) < MANY:
        return shown, page.more
    facets = [(facet.parameter, tuple(facet.values), facet.others) for facet in facets_of(filterset).facets]
    return shown, page.more, count_matching(filterset, exactly=True).number, facets


def test_no_question_tells_what_is_masked(settings: Any) -> None:
    settings.DLQ_EXTRA_COLUMNS = OWNERS["DLQ_EXTRA_COLUMNS"]
    asked = list(questions())
    answers: list[list[Any]] = []
    for number, secret in enumerate((SECRET, OTHER)):
        fill(secret, number)
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("TRUNCATE dlq_failurepattern, dlq_entrypattern, dlq_coarsekey, dlq_patternhour RESTART IDENTITY CASCADE")
        group_everything()
        if number == 0:
            init_dlq(TABLE, search=True)
        answers.append([])
        for index, pairs in enumerate(asked):
            sql(f"SET LOCAL enable_seqscan = {'on' if index % 2 else 'off'}")
            answers[number].append(answer(pairs))
    different = [pairs for pairs, *both in zip(asked, *answers, strict=True) if both[0] != both[1]]
    assert not different, f"{len(different)}: {different[:10]}"
    numbers = [len(one[0]) for one in answers[0] if isinstance(one, tuple)]
    assert {0} < set(numbers), "the questions find something, and not everything"
    assert SECRET not in str([one for one in answers[0] if isinstance(one, tuple)]).replace('plain": "hunter2xyzzy', "")


def test_no_page_tells_what_is_masked(settings: Any) -> None:
    settings.DLQ_EXTRA_COLUMNS = OWNERS["DLQ_EXTRA_COLUMNS"]
    viewer: Client = client_of(make_user("view_backfilldlq"))
    addresses = [
        f"{LIST}{page}?{urlencode([*pairs, *more])}"
        for number, pairs in enumerate(list(questions())[:PAGES])
        for page, more in [
            (("", [("o", str(number % 9))]), ("count/", []), ("breakdown/", []), ("values/", [("of", "tenant")]))[
                number % 4
            ]
        ]
    ]
    answers: list[list[Any]] = []
    for number, secret in enumerate((SECRET, OTHER)):
        fill(secret, number)
        answers.append([_without_tokens(viewer.get(address)) for address in addresses])
    different = [address for address, *both in zip(addresses, *answers, strict=True) if both[0] != both[1]]
    assert not different, f"{len(different)}: {different[:10]}"


def _without_tokens(response: Any) -> tuple[int, str]:
    lines = response.content.decode().splitlines()
    return response.status_code, "\n".join(line for line in lines if not any(own in line for own in OF_THE_MOMENT))
