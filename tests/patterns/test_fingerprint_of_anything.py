"""No error, however odd, stops the sorting of the others: each gets a fingerprint that can be stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlq.patterns.fingerprint import Fingerprint, fingerprint, fingerprint_of_text
from dlq.patterns.fingerprint.tokens import looked_at

WORDS = st.sampled_from(
    ["'", "message", "error", "cause", "stack", "code", "status", "type", "errors", "attempt", "{", '{"message": "', '"}', "[{",
     "}", "Traceback (most recent call last):\n", '  File "/app/a.py", line 3, in f\n', "KeyError: 'x'", "\n\tat a.b.C(D.java:1)",
     "Caused by: a.B: c", "panicked at src/a.rs:1:2:\n", "goroutine 1 [running]:\npanic: x", "** (A) b", "503", "SQLSTATE[",
     "\\ud83d", "\\u0000", "<Code>", "</Code>", "<Message>x</Message>", "\n", ": ", "user=", "10.0.0.1",
     "#0 /a.php(1): b\nStack trace:"]
)  # fmt: skip
STORABLE = st.characters(exclude_characters="\x00", codec="utf-8")
TEXTS = st.lists(WORDS | st.text(STORABLE, max_size=8), max_size=30).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | TEXTS, inner, max_size=4),
    max_leaves=12,
)


def check(print_: Fingerprint) -> None:
    assert len(print_.digest) == 32
    assert print_.title
    for text in (print_.title, print_.digest, *(value for _label, value in print_.why)):
        assert "\x00" not in text
        text.encode()


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_text_has_a_fingerprint_when_it_is_anything(text: str, reason: str) -> None:
    check(fingerprint_of_text("task", text, reason, is_json=False))


@settings(deadline=None)
@given(JSON, TEXTS, st.integers(0, 60))
def test_document_has_a_fingerprint_when_it_is_anything_and_cut_anywhere(document: Any, reason: str, cut: int) -> None:
    text = json.dumps(document, ensure_ascii=False)
    check(fingerprint_of_text("task", text, reason, is_json=True))
    check(fingerprint_of_text("task", f"{text[:cut]}\n{text[-cut:]}", reason, is_json=True))


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 3000,
        "[" * 16_000,
        '{"a":' * 900 + "1" + "}" * 900,
        '{"message": ' + "1" * 5000 + "}",
        '{"message": "\\ud83d"}',
        'failed: {"message": "a\\u0000b", "code": "\\ud83d"}',
        '{"code": 1e400}',
        '{"message": ["a", {"b": []}], "stack": [1, null, {}]}',
        '{"stack": {"a": 1}}',
        '[[[["x"]]]]',
        '{"cause": ' * 9 + '{"message": "x"}' + "}" * 9,
        '{"code": true, "status": {"a": 1}, "type": 7, "name": []}',
    ],
)
@pytest.mark.parametrize("is_json", [True, False])
def test_odd_document_has_a_fingerprint_when_somebody_made_it_so(text: str, is_json: bool) -> None:
    check(fingerprint_of_text("task", text, "reason", is_json=is_json))


@pytest.mark.parametrize("line", ["    at a (/b.js:1:2)", '  File "/a.py", line 1, in b', "\tat a.b.C.d(C.java:1)"])
def test_traceback_is_read_when_it_begins_within_what_was_suppressed(line: str) -> None:
    check(fingerprint("task", f"Suppressed: a.B: c\n{line}", "reason"))


@pytest.mark.parametrize(
    "part", ["a.b.", "(", "[", '"', 'TaskError("', "Foo { a: ", "A::", '[{"a":', "Caused by: x\n", "Error: ", "%{a: "]
)
def test_of_a_text_of_any_length_as_much_is_read(part: str) -> None:
    text = (part * (1_000_000 // len(part))).strip()
    whole, read = (fingerprint("task", {"message": one}, "") for one in (text, looked_at(text)))
    assert whole == read
    assert fingerprint("task", text, "") == fingerprint("task", looked_at(text), "")
