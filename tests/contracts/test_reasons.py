"""Every reason that a service gives has its words, and every wording is given by some service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlq.reasons import REASONS, summary

APP = Path(__file__).resolve().parents[2] / "dlq"


def test_codes_and_words_are_in_step_when_compared() -> None:
    services = " ".join(path.read_text() for path in (APP / "services").glob("*.py"))
    decide = (APP / "sql/requeue/decide.sql").read_text()
    given = re.findall(r"(?:Reason\((?:code or )?|_KeysTaken\(set\(\w+\), |code: str = )\"(\w+)\"", services)
    of_recalls = re.findall(r"\"(recall_\w+)\"", services)
    used = {*given, *of_recalls, *re.findall(r"(?:THEN|ELSE)\s+'(\w+)'", decide)}
    assert used == set(REASONS) - {""}  # the empty code is of records that older versions left


@pytest.mark.parametrize("code", REASONS)
def test_reason_has_words_for_many_when_its_sentence_names_one(code: str) -> None:
    assert "{about}" not in summary(code)
