"""Templates that differ in one stretch are one pattern where the stretch is a value, and stay apart where it is a name."""

from __future__ import annotations

from random import Random

import pytest

from dlq.patterns.fingerprint.alike import Template, patterns_of
from tests.support.labelled import Text, grouped, score_within_tasks, texts

FIRST = ("Ann", "Bo", "Chidi", "Dana", "Eero", "Fatou", "Goran", "Hilde", "Ines", "Jorge")
LAST = ("Aalto", "Brandt", "Costa", "Dubois", "Eriksen")
PEOPLE = [f"{first} {last}" for first in FIRST for last in LAST]
WORDS = [
    f"{one}{two}"
    for one in ("am", "bel", "cor", "dun", "el")
    for two in ("ba", "ce", "do", "fi", "gu", "ha", "jo", "ka", "le", "mo")
]


def number_of(form: str, values: list[str]) -> int:
    return len(set(patterns_of([Template(("X", "", ""), form.format(value)) for value in values])))


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("shop {} has no domain", WORDS),
        ("mandate of {} was refused", PEOPLE),
        ("parcel for {} is too heavy", [name.split()[0] + "stadt" + name.split()[1].lower() for name in PEOPLE]),
        ("courier said “{}” and left", WORDS),
    ],
)
def test_fifty_values_become_one_pattern(form: str, values: list[str]) -> None:
    assert len(set(values)) == 50
    assert number_of(form, values) == 1


@pytest.mark.parametrize(
    "form",
    [
        "missing field `{}` at line <*>",
        'column "{}" does not exist',
        "cannot read (reading '{}') of undefined",
        "unknown header {} was sent",
    ],
)
def test_names_stay_apart_however_many_there_are(form: str) -> None:
    assert number_of(form, WORDS) == 50


def test_closed_sets_of_twelve_stay_apart() -> None:
    assert number_of("provider {} is down for maintenance", WORDS[:12]) == 12
    assert number_of("provider {} is down for maintenance", FIRST[:10] and list(FIRST)) == 10


def test_sentences_stay_apart_when_they_say_different_things() -> None:
    said = ["has no price", "has no image", "is locked", "was deleted", "failed to load", "is unknown"]
    assert number_of("product <*> {}", said) == len(said)


def test_two_stretches_are_found_when_each_is_a_value() -> None:
    random = Random(1)
    forms = [f"shop {random.choice(WORDS)} refused order of {random.choice(PEOPLE)}" for _number in range(200)]
    assert len(set(patterns_of([Template((), form) for form in forms]))) == 1


def test_codes_and_places_never_join() -> None:
    assert patterns_of([Template(("X", "503"), "it failed"), Template(("X", "500"), "it failed")]) == [0, 1]


def test_order_hardly_matters() -> None:
    labelled = texts("held_out")

    def scores(order: list[Text]) -> tuple[float, float]:
        patterns = grouped(order)
        result = score_within_tasks(order, lambda text: patterns[id(text)])
        return result.precision, result.recall

    first = scores(labelled)
    for seed in range(3):
        shuffled = labelled[:]
        Random(seed).shuffle(shuffled)
        assert scores(shuffled) == pytest.approx(first, abs=0.01)
