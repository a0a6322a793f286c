"""Every reason that a service gives has its words, and every wording is given by some service."""

from __future__ import annotations

import re
from pathlib import Path

from dlq.services.reasons import REASONS

APP = Path(__file__).resolve().parents[2] / "dlq"


def test_codes_and_words_are_in_step_when_compared() -> None:
    services = " ".join(path.read_text() for path in (APP / "services").glob("*.py") if path.name != "reasons.py")
    decide = (APP / "sql/requeue/decide.sql").read_text()
    used = set(re.findall(r"reason\(\"(\w+)\"", services)) | set(re.findall(r"(?:THEN|ELSE)\s+'(\w+)'", decide))
    assert used == set(REASONS)
