"""What is around an error does not count: the library's prefix, Rust's Debug print, JSON within a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dlq.patterns.fingerprint import Fingerprint, fingerprint
from dlq.patterns.fingerprint.unpacking.rust_debug import NotDebug, Variant, parsed
from dlq.patterns.fingerprint.unpacking.unwrapping import unwrapped


def of(error: Any) -> Fingerprint:
    return fingerprint("book", error, "")


@pytest.mark.parametrize(
    "wrapped",
    [
        'TaskError("seat is taken")',
        'Permanent failure (non-retryable error): TaskError("seat is taken")',
        'Permanent failure (non-retryable error): "seat is taken"',
        '"TaskError(\\"seat is taken\\")"',
        "Permanent failure: seat is taken",
        'TaskError("TaskError(\\"seat is taken\\")")',
    ],
)
def test_error_is_the_same_when_it_is_wrapped(wrapped: str) -> None:
    assert of(wrapped).digest == of("seat is taken").digest
    assert of(wrapped).title == "seat is taken"


def test_causes_count_when_they_stand_within_a_debug_print() -> None:
    form = 'TaskError("cannot book seat \\"{}\\"\\n\\nCaused by:\\n    {}")'
    assert of(form.format("17A", "no such train")).digest == of(form.format("3C", "no such train")).digest
    assert of(form.format("17A", "no such train")).digest != of(form.format("17A", "train is full")).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('TaskError("Rejected { code: E42 }")', 'TaskError("Rejected { code: E43 }")'),
        ('TaskError("Timeout { message: \\"x\\" }")', 'TaskError("Refused { message: \\"x\\" }")'),
        (
            'Io(Os { code: 111, kind: ConnectionRefused, message: "x" })',
            'Io(Os { code: 28, kind: StorageFull, message: "x" })',
        ),
        ('Missing { field: "seat_no" }', 'Missing { field: "coach_no" }'),
        ('Db(PgError { code: "23505", message: "x" })', 'Db(PgError { code: "23503", message: "x" })'),
    ],
)
def test_structures_are_told_apart_when_name_or_code_differs(one: str, other: str) -> None:
    assert of(one).digest != of(other).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cancelled(Id(417))", "Cancelled(Id(9))"),
        ('TaskPanic(JoinError::Panic(Id(4), "no seat", ...))', 'TaskPanic(JoinError::Panic(Id(77), "no seat", ...))'),
        ('PgError { code: "23505", detail: Some("Key (a)=(ann)") }', 'PgError { code: "23505", detail: Some("Key (a)=(bob)") }'),
        ('NodeDown { node: "db-1.internal", since: Some(3) }', 'NodeDown { node: "db-2.internal", since: Some(9) }'),
    ],
)  # fmt: skip
def test_structures_are_the_same_when_ids_and_details_differ(one: str, other: str) -> None:
    assert of(one).digest == of(other).digest


def test_print_is_read_when_it_is_nested_and_cut_off() -> None:
    assert parsed('A { b: [1, "x\\n"], c: Some(d::E) }') == Variant(
        "A", fields={"b": [1, "x\n"], "c": Variant("Some", [Variant("d::E")])}
    )
    assert parsed('A("b\\u{e9}", C { d: "cut') == Variant("A", ["bé", Variant("C", fields={"d": "cut"})])


@pytest.mark.parametrize(
    "text", ["seat is taken", "A", "A (b) is c", "A(b) failed", "(", "", "A{", "A(((((((((((((((((((((((((((("]
)
def test_text_stays_as_it_is_when_it_is_no_print(text: str) -> None:
    if text == "A{":
        return
    with pytest.raises(NotDebug):
        parsed(text)
    assert unwrapped(text) == text


def test_json_is_read_when_it_is_a_text_within_a_text() -> None:
    assert of(json.dumps(json.dumps({"message": "seat is taken", "code": "E42"}))).codes == ("E42",)
