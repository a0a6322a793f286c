"""What lacks a place or a class belongs to the only one that says the same with it."""

from __future__ import annotations

from dlq.patterns.fingerprint.alike import Template, patterns_of

WORDS = "disk quota was exceeded"
WHOLE = Template(("IOError", "", "save in a.py"), WORDS)


def test_one_without_a_place_or_a_class_belongs_to_the_whole() -> None:
    assert patterns_of([Template(("IOError", "", ""), WORDS), WHOLE, Template(("", "", ""), WORDS)]) == [0, 0, 0]


def test_one_stays_apart_where_two_could_be_it() -> None:
    other = Template(("IOError", "", "load in a.py"), WORDS)
    assert patterns_of([WHOLE, other, Template(("IOError", "", ""), WORDS)]) == [0, 1, 2]


def test_code_and_message_are_never_lacking() -> None:
    assert patterns_of([WHOLE, Template(("", "28", ""), WORDS)]) == [0, 1]
    assert patterns_of([WHOLE, Template(("", "", ""), "disk is gone now")]) == [0, 1]
    assert patterns_of([Template(("E", "", "a"), "no"), Template(("", "", ""), "no")]) == [0, 1]
