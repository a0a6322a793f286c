"""Where texts differ."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.differences import difference, looks_alike


@pytest.mark.parametrize(
    ("texts", "before", "values", "after"),
    [
        (("shop a b is shut", "shop c is shut"), "shop ", ("a b", "c"), " is shut"),
        (("Shop is shut", "shop is shut"), "Shop is shut", ("", ""), ""),
        (("no disk", "no disk left"), "no disk", ("", "left"), ""),
        (("disk", "no disk"), "", ("", "no"), "disk"),
        (("one", "two", "three"), "", ("one", "two", "three"), ""),
        (("a b a", "a b a b a"), "a b a", ("", "b a"), ""),
        (("", "x"), "", ("", "x"), ""),
        (("only",), "only", ("",), ""),
    ],
)
def test_texts_differ_in_the_narrowest_stretch(
    texts: tuple[str, ...], before: str, values: tuple[str, ...], after: str
) -> None:
    found = difference(texts)
    assert (found.before, found.values, found.after) == (before, values, after)


@pytest.mark.parametrize(
    ("one", "other", "is_proposed"),
    [
        ("user mike is unknown", "user xenia is unknown", True),
        ("missing field sku in order", "missing field price in order", False),
        ("cannot read order_id of it", "cannot read user_id of it", False),
        ("disk full", "disk empty", False),
        ("it was a b c d e f g h i then", "it was x then", False),
    ],
)
def test_short_differences_that_are_no_names_are_proposed(one: str, other: str, *, is_proposed: bool) -> None:
    assert (looks_alike(one, other) is not None) == is_proposed
