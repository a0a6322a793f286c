"""A mask stands in the place of each secret, wherever it is, and nothing else changes; Python and PostgreSQL mask alike."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlq.redaction.rules import parsed
from dlq.redaction.steps import CARD, steps_of
from dlq.redaction.texts import masked, masked_by
from dlq.redaction.written_rules import may_have
from tests.redaction.places import DOCUMENTS, SECRET, TEXTS
from tests.support.database import value

pytestmark = pytest.mark.django_db

DEFAULT = steps_of(parsed(()))


def text_in_sql(text: str, rules: tuple[str, ...] = ()) -> str:
    return str(value("SELECT dlq_redacted_text(%s, %s::jsonb)", text, steps_of(parsed(rules)).as_json))


def document_in_sql(document: str, rules: tuple[str, ...] = ()) -> str:
    made = parsed(rules)
    paths = json.dumps([[*path, ".".join(path)] for path in made.paths])
    return str(
        value(
            "SELECT dlq_redacted_json(%s::jsonb, %s::jsonb, %s::jsonb, 0)::text",
            document,
            steps_of(made).as_json,
            paths,
        )
    )


@pytest.mark.parametrize("text", TEXTS)
def test_secret_in_a_text_is_masked_alike_in_python_and_in_sql(text: str) -> None:
    assert SECRET not in masked(text)
    assert "[masked: " in masked(text)
    assert text_in_sql(text) == masked(text)
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: json.dumps(document)[:60])
def test_secret_in_a_document_is_masked(document: Any) -> None:
    assert SECRET not in document_in_sql(json.dumps(document))


@pytest.mark.parametrize(
    "secret",
    ["x", "", 17, 4.50, None, True, ["a", "b"], {"a": {"b": "c"}}, "long " * 100],
    ids=lambda one: repr(one)[:20],
)
def test_mask_tells_nothing_of_what_it_covers(secret: Any) -> None:
    assert json.loads(document_in_sql(json.dumps({"password": secret, "n": 1}))) == {
        "password": "[masked: password]",
        "n": 1,
    }


def test_everything_around_a_mask_stays_to_the_digit() -> None:
    document = '{"b": [1.50, 1e3, 12345678901234567890.10], "a": {"token": 1, "ä\\n": null}, "z": "x \\" y"}'
    assert document_in_sql(document) == (
        '{"a": {"ä\\n": null, "token": "[masked: token]"}, "b": [1.50, 1000, 12345678901234567890.10], "z": "x \\" y"}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected token < in JSON at position 0",
        "className: Foo, assessment=3",
        "order 4111111111111112 of 1732579200000",
        "hotplate=on; ibanez=guitar",
        "https://example.com/a?b=c",
        "the password is wrong",
        "Unexpected token: punc (:)",
        "line 3: expected token: identifier",
        "bearer authentication failed",
        "Basic authentication is not supported",
        "md5 0a41111111111111117c",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert masked(text) == text
    assert text_in_sql(text) == text


@pytest.mark.parametrize("card", ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"])
def test_card_numbers_are_masked_in_texts_and_numbers(card: str) -> None:
    assert masked(f"paid by {card}.") == "paid by [masked: card]."
    assert text_in_sql(f"paid by {card}.") == "paid by [masked: card]."
    if card.isdigit():
        assert document_in_sql(card) == '"[masked: card]"'


@pytest.mark.parametrize(
    ("rule", "document", "shown"),
    [
        (
            "customer.iban",
            {"customer": {"iban": 1, "n": 2}, "x": {"customer": {"iban": 3}}},
            '{"x": {"customer": {"iban": 3}}',
        ),
        ("customer.name", {"customer": [{"name": "Ann"}, {"name": "Bob"}]}, '"[masked: customer.name]"'),
        ("*.name", {"a": {"name": "Ann"}, "name": "Bob"}, '"name": "Bob"'),
        ("customer.*", {"customer": {"first": "Ann", "last": "Bob"}}, '"first": "[masked: customer.*]"'),
    ],
)
def test_paths_lead_to_what_is_masked(rule: str, document: Any, shown: str) -> None:
    found = document_in_sql(json.dumps(document), ("none", rule))
    assert f"[masked: {rule}]" in found
    assert shown in found
    assert "Ann" not in found


def test_patterns_and_keys_of_ones_own_are_masked() -> None:
    rules = ("none", "pin", "customer=/K-[0-9]{6}/")
    assert text_in_sql("pin: 1234, K-123456, password=x", rules) == "pin: [masked: pin], [masked: customer], password=x"
    assert masked_by(steps_of(parsed(rules)), "shipping: 3, K-123456") == "shipping: 3, [masked: customer]"
    assert json.loads(document_in_sql('{"pin": 1, "shipping": 2, "k": "K-123456"}', rules)) == {
        "pin": "[masked: pin]",
        "shipping": 2,
        "k": "[masked: customer]",
    }


def test_document_that_is_nested_too_deeply_is_masked_whole() -> None:
    found = document_in_sql('{"a":' * 500 + f'"password={SECRET}"' + "}" * 500)
    assert SECRET not in found
    assert "[masked: too deep]" in found
    harmless = '{"a": ' * 500 + "1" + "}" * 500
    assert document_in_sql(harmless) == harmless


def test_large_documents_are_masked() -> None:
    document = {"items": [{"n": n, "text": "x" * 80} for n in range(10_000)], "password": SECRET}
    found = json.loads(document_in_sql(json.dumps(document)))
    assert found["password"] == "[masked: password]"
    assert found["items"] == document["items"]


KEYS = st.sampled_from(["password", "Token", "apiKey", "n", "ssn", "class", "x-api-key", "naïve"])
GLUE = st.sampled_from(
    [*"\"'\\:=,;&{}[]()<>-@/ \n.", "=>", '\\"', '\\\\\\"', "Some(", "://", "Bearer ", "4111111111111111"]
)
PIECES = st.lists(st.one_of(KEYS, GLUE, st.sampled_from(["a", "1", "secret"])), max_size=25).map("".join)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(PIECES)
def test_python_and_sql_mask_any_text_alike(text: str) -> None:
    assert text_in_sql(text) == masked_by(DEFAULT, text)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(PIECES.filter(lambda text: '"' not in text and "\\" not in text), st.integers(0, 4))
def test_strings_in_documents_keep_no_secret_whatever_is_around(around: str, depth: int) -> None:
    document: Any = {"password": SECRET, "around": around}
    for _level in range(depth):
        document = {"inner": json.dumps(document), "around": around}
    assert SECRET not in document_in_sql(json.dumps(document))


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(PIECES)
def test_quick_look_overlooks_nothing(text: str) -> None:
    if masked(text) != text:
        assert value(f"SELECT {may_have('x')} FROM (SELECT %s::text AS x) AS given", text)


CARDS = st.sampled_from(
    ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "3400 000000 00009", "4222222222222"]
)
AROUND_CARDS = st.text(st.sampled_from(" -.,:\"'\n0123456789abfgAFGx"), max_size=8)


@settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(AROUND_CARDS, CARDS, AROUND_CARDS)
def test_quick_look_overlooks_no_card_whatever_is_around(before: str, card: str, after: str) -> None:
    text = f"{before}{card}{after}"
    is_masked = any(has_check_digit(found[0]) for found in re.finditer(CARD, text))
    assert (text_in_sql(text) != text, masked(text) != text) == (is_masked, is_masked)
    if is_masked:
        assert value(f"SELECT {may_have('x')} FROM (SELECT %s::text AS x) AS given", text)


def has_check_digit(card: str) -> bool:
    digits = [int(digit) for digit in card if digit.isdigit()][::-1]
    return sum(digits[::2] + [2 * digit - 9 * (digit > 4) for digit in digits[1::2]]) % 10 == 0


@pytest.mark.parametrize(
    "text", ["4111111111111111", "a 4111 1111 1111 1111\n", "x:5500-0000-0000-0004g", "34000000000000 9"]
)
def test_what_could_be_a_card_is_looked_at(text: str) -> None:
    assert value(f"SELECT {may_have('x')} FROM (SELECT %s::text AS x) AS given", text)


@pytest.mark.parametrize("text", ["3636638817772e42b59d74cff571fbb3", "order 4111 1111", "2026-11-26 16:00:00.123456"])
def test_what_a_hash_begins_with_is_not(text: str) -> None:
    assert not value(f"SELECT {may_have('x')} FROM (SELECT %s::text AS x) AS given", text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("/K-[0-9]{6}/", "x k-K-123456"),
        ("/(A|B)-[0-9]{6}/", "B-123456"),
        ("größe", "Größe=17"),
        ("x.ä", '{"x": {"ä": 1}}'),
    ],
)
def test_quick_look_finds_what_rules_of_the_owner_find(settings: Any, rule: str, text: str) -> None:
    settings.DLQ_REDACT = ["none", rule]
    assert value(f"SELECT {may_have('x')} FROM (SELECT %s::text AS x) AS given", text)
