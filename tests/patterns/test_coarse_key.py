"""The two stages agree: failures with the same coarse key have the same fingerprint, so one answer serves all of them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from random import Random
from typing import Any

import pytest

from dlq.db.statements import dicts
from dlq.patterns.classifier import error_text, parameters
from dlq.patterns.fingerprint import fingerprint, fingerprint_of_text
from dlq.patterns.fingerprint.tokens import MOST_CHARACTERS
from dlq.table.location import TABLE
from tests.support.entries import add_entry
from tests.support.labelled import texts

pytestmark = pytest.mark.django_db


def keys() -> list[dict[str, Any]]:
    """Of all entries: the key, and what Python would read."""
    query = f"""
        SELECT e.id, e.task_identifier AS task, {TABLE.statement("patterns/coarse_key")} AS key, error.text, error.is_json,
               e.failure_reason
        FROM {TABLE.db_table} e CROSS JOIN LATERAL ({error_text()}) AS error ORDER BY e.id
    """
    return dicts(query, parameters())


def digest_of(row: dict[str, Any]) -> str:
    return fingerprint_of_text(row["task"], row["text"], row["failure_reason"], is_json=row["is_json"]).digest


def key_of(error: Any) -> Any:
    add_entry(last_error=json.dumps(error))
    return keys()[-1]["key"]


def test_equal_keys_mean_equal_fingerprints_when_numbers_of_real_errors_change() -> None:
    random = Random(7)
    for text in texts("seen"):
        for _variant in range(6):
            changed = re.sub(r"\d", lambda digit: random.choice("0123456789"), json.dumps(text.last_error))
            try:
                json.loads(changed)
            except ValueError:  # a number must not begin with 0
                continue
            add_entry(task_identifier=text.task, last_error=changed, failure_reason=text.failure_reason)
    digests = defaultdict(set)
    for row in keys():
        digests[row["key"]].add(digest_of(row))
    assert not [found for found in digests.values() if len(found) > 1]
    assert len(digests) < len(keys()) * 0.8, "the keys are so fine that the comparison says nothing"


def test_reading_is_that_of_the_whole_error_when_it_comes_through_the_database() -> None:
    labelled = texts("seen")
    for text in labelled:
        add_entry(task_identifier=text.task, last_error=json.dumps(text.last_error), failure_reason=text.failure_reason)
    for text, row in zip(labelled, keys(), strict=True):
        assert digest_of(row) == fingerprint(text.task, text.last_error, text.failure_reason).digest, text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("status code 503", "status code 500"),
        ("(SQLSTATE 40001)", "(SQLSTATE 40P01)"),
        ("SQLSTATE 23505", "SQLSTATE 23503"),
        ("S3UploadFailedError: x", "S4UploadFailedError: x"),
        ({"code": 402}, {"code": 404}),
        ("exit code 137", "exit code 1"),
        ("payment/4711/card_expired", "payment/4711/card_stolen"),
        ("errors.order.12345.missing", "errors.order.12345.locked"),
        ("注文12345が無効です", "注文12345が見つかりません"),
        ('column "address1"', 'column "address2"'),
        ('TaskError("column \\"address1\\"")', 'TaskError("column \\"address2\\"")'),
        ("constraint PK_bb6d4e0f12", "constraint PK_bb6d4e0f13"),
        ({"code": "E42"}, {"code": "E43"}),
        ("type i32", "type i64"),
        ("ACH return R01", "ACH return R03"),
        ("payment rejected: AC01", "payment rejected: AM04"),
        ("declined by issuer (05)", "declined by issuer (51)"),
    ],
)
def test_keys_differ_when_a_number_may_tell_failures_apart(one: Any, other: Any) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order 71234 failed", "order 90001234 failed"),
        ("10.0.0.1:587 refused", "192.168.7.12:587 refused"),
        ("upload-77.jpg is broken", "upload-9012.jpg is broken"),
        ("req_8fa91b failed", "req_00aa1 failed"),
    ],
)
def test_keys_are_equal_when_numbers_change_that_tell_nothing(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    "nothing",
    [None, "null", '""', "{}", "[]", '"  "', '"\\n\\t"', "[null]", '[""]', '[" "]', "[[], {}]", '{"message": ""}', '{"a": null}',
     '{"error": {"message": " "}}', '{"failed": false}'],
)  # fmt: skip
def test_reason_is_looked_at_when_the_error_says_nothing(nothing: str | None) -> None:
    add_entry(last_error=nothing, failure_reason="worker 71234 was lost")
    add_entry(last_error=nothing, failure_reason="queue was purged")
    one, other = keys()
    assert (one["text"], one["is_json"]) == ("worker 71234 was lost", False)
    assert one["key"] != other["key"]
    assert digest_of(one) != digest_of(other)


@pytest.mark.parametrize(
    "something", ["0", "true", '"no"', "[0]", '{"code": 1}', '{"message": "", "code": "E1"}', '{"failed": true}']
)
def test_reason_does_not_count_when_the_error_says_something(something: str) -> None:
    add_entry(last_error=something, failure_reason="worker was lost")
    add_entry(last_error=something, failure_reason="queue was purged")
    one, other = keys()
    assert one["key"] == other["key"]
    assert digest_of(one) == digest_of(other)


def test_part_that_is_looked_at_is_bounded_when_the_error_is_long() -> None:
    add_entry(last_error=json.dumps("a" * 100_000 + " the end"))
    (row,) = keys()
    assert len(row["text"]) == MOST_CHARACTERS + 1
    assert row["text"].endswith(" the end")
