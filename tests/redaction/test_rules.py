"""A wrong rule is named in one sentence, at the start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from dlq.redaction.rules import BadRule, parsed


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (["/("], "must begin and end with a slash"),
        (["/(/"], "no regular expression"),
        (["/x*/"], "matches nothing at all"),
        (["/mask/"], "matches the mask itself"),
        ([r"/\bx/"], "not every database reads alike"),
        (["/(?P<a>x)/"], "not every database reads alike"),
        (["a..b"], "is no path"),
        (["a*.b"], "is no path"),
        (["*.*"], "names no key"),
        (["x]"], "bracket"),
        (["--"], "no letter"),
        (["pin", "none"], "must be the first"),
        ([""], "is no rule"),
        ([7], "is no rule"),
        (["x" * 501], "longer than 500"),
        (["x"] * 101, "may have 100"),
    ],
)
def test_wrong_rule_is_named(rules: list[Any], said: str) -> None:
    with pytest.raises(BadRule, match=said):
        parsed(tuple(rules))


def test_check_names_a_wrong_rule_at_the_start(settings: Any) -> None:
    settings.DLQ_REDACT = ["/(/"]
    (problem,) = run_checks()
    assert problem.id == "dlq.E005"
    settings.DLQ_REDACT = "pin"
    (problem,) = run_checks()
    assert "must be a list" in problem.msg


@pytest.mark.django_db
def test_check_names_a_pattern_that_postgresql_does_not_read(settings: Any) -> None:
    settings.DLQ_REDACT = ["odd=/x{300}/"]
    assert "dlq.E015" in {problem.id for problem in run_checks(databases=["default"], include_deployment_checks=False)}


def test_none_begins_from_none() -> None:
    assert parsed(("none",)).is_empty
    assert parsed(("none", "pin")).keys == ("pin",)
    assert "pin" in parsed(("pin",)).keys
    assert "password" in parsed(("pin",)).keys
