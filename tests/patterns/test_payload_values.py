"""What is a value in the job's payload is a value in its error."""

from __future__ import annotations

from typing import Any

from dlq.patterns.fingerprint import fingerprint
from dlq.patterns.fingerprint.masking.payload_values import payload_values, values_in, without_values


def digest(text: str, payload: Any) -> str:
    return fingerprint("greet", text, "", payload_values(payload)).digest


def test_word_is_a_value_when_the_payload_has_it() -> None:
    assert digest("user mike is unknown", {"user": "mike"}) == digest("user xenia is unknown", {"user": "xenia"})
    assert digest("user mike is unknown", {}) != digest("user xenia is unknown", {})


def test_value_may_have_blanks_and_stand_anywhere_in_the_payload() -> None:
    payload = {"order": {"lines": [{"name": "Wall  Clock XL"}]}}
    assert without_values("no price for Wall Clock XL.", payload_values(payload)) == "no price for <value>."


def test_field_stays_when_the_payload_has_its_name_as_a_value() -> None:
    assert without_values('missing field "sku"', ["sku"]) == 'missing field "sku"'


def test_kinds_of_jobs_stay_when_the_payload_names_them() -> None:
    assert payload_values({"type": "refund", "n": True, "x": None, "one": "a"}) == []


def test_short_value_is_one_only_letter_by_letter() -> None:
    assert without_values("the service is not offered to IS", ["IS"]) == "the service is not offered to <value>"
    assert without_values("Ann is unknown", ["ann"]) == "<value> is unknown"


def test_only_whole_words_are_values() -> None:
    assert values_in("annex of ann", ["ann"]) == ["ann"]
    assert without_values("annex of ann", ["ann"]) == "annex of <value>"
