"""A list counts as one thing, however long it is."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.masking.repetition import said_once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<*>, <*> and <*> are missing", "<*> are missing"),
        ("<*> attempts of <*>", "<*> attempt of <*>"),
        ("ids <*> of address: <*> to addresses: <*>", "id <*> of address: <*> to address: <*>"),
        ("status <*> of access <*>", "status <*> of access <*>"),
        ("[<*>: user is unknown, <*>: user is unknown, <*>: user is unknown]", "[<*>: user is unknown]"),
        ("redirects: [] / redirects: [<*>]", "redirects: [<*>] / redirects: [<*>]"),
        ("<*> entries, <*> entry", "<*> entry"),
        ("not found at all", "not found at all"),
    ],
)
def test_lists_are_said_once(text: str, expected: str) -> None:
    assert said_once(text) == expected
