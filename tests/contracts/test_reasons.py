"""Every reason that an operation gives has its wording, and every wording is of a reason that is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlq.operations.kinds import summary, wordings

APP = Path(__file__).resolve().parents[2] / "dlq"
OLDER = {""}
"""The empty code is of records that older versions left."""


def given_codes() -> set[str]:
    """What the modules give as reasons, and what their statements decide as refusals: `'…' AS refusal`, `AS key_holder`."""
    python = " ".join(path.read_text() for path in APP.rglob("*.py"))
    codes = set(re.findall(r"Reason\((?:code or )?\"(\w+)\"", python))
    # Codes that are looked up by the state of a job before they are given.
    codes |= set(re.findall(r"(?:: |code = )\"(recall_\w+)\"", python))
    for path in APP.rglob("*.sql"):
        for case in re.findall(
            r"CASE\b((?:(?!\bCASE\b).)*?)END AS (?:refusal|key_holder)\b", path.read_text(), re.DOTALL
        ):
            codes |= set(re.findall(r"(?:THEN|ELSE)\s+'(\w+)'", case))
    return codes


def test_codes_and_wordings_are_in_step_when_compared() -> None:
    assert given_codes() == set(wordings()) - OLDER


@pytest.mark.parametrize("code", sorted(wordings()))
def test_reason_has_words_for_many_when_its_sentence_names_one(code: str) -> None:
    assert "{about}" not in summary(code)
