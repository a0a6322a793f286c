"""Reading an error never raises and ends soon, whatever it is, and what the coarse key takes for the same is the same.

`make fuzz` reads more of them, and others (FUZZ_EXAMPLES, FUZZ_SEED).
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from dlq.patterns.fingerprint import Fingerprint, fingerprint
from dlq.patterns.fingerprint.tokens import LETTER, TELLING, looked_at
from dlq.patterns.fingerprint.unpacking.reading import document
from tests.patterns.error_grammar import DOCUMENTS, REASONS, error_texts

pytestmark = pytest.mark.long

PARTS = 10
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10000"))
SEED = os.environ.get("FUZZ_SEED", "1")
CATASTROPHE = 10
"""Seconds that one text may take: thousands of times what any does, so that only an expression gone wild meets it."""
WORDS, TELLS = re.compile(f"{LETTER}+"), re.compile(TELLING)


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    def give_up(*_signal: Any) -> None:
        raise TimeoutError("reading one text takes without end")

    before = signal.signal(signal.SIGALRM, give_up)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def read(error: Any, reason: str) -> Fingerprint:
    """Its fingerprint, by the function that does not catch what it raises."""
    signal.alarm(CATASTROPHE)
    made = fingerprint("task", error, reason)
    signal.alarm(0)
    assert re.fullmatch("[0-9a-f]{32}", made.digest)
    assert made.title
    for text in (made.title, *(value for _label, value in made.why)):
        assert "\x00" not in text
        text.encode()  # no half of a surrogate pair
    return made


def coarse(text: str) -> str:
    """As PostgreSQL makes it (patterns/coarse_key.sql), word by word: in one expression Python would take long."""

    def masked(word: re.Match[str]) -> str:
        if not re.search("[0-9]", word[0]):
            return word[0]
        return f"{word[0] if TELLS.fullmatch(word[0]) else ''}<*>"

    return WORDS.sub(masked, text)


def fuzz(part: int, strategy: st.SearchStrategy[Any], check: Callable[..., None]) -> None:
    chosen = settings(
        max_examples=EXAMPLES // PARTS // 2,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seed(Random(f"{SEED} {part}").getrandbits(64))(chosen(given(strategy)(check)))()


def other_digits(text: str, number: int) -> str:
    """Zeros stay, or a number within JSON would be none any more."""
    random = Random(number)
    return re.sub("[1-9]", lambda _digit: random.choice("123456789"), text)


@pytest.mark.parametrize("part", range(PARTS))
def test_any_text_is_read_and_the_same_again_with_other_numbers(part: int) -> None:
    def check(example: tuple[str, str, int]) -> None:
        text, reason, number = example
        made = read(text, reason)
        changed = other_digits(text, number)
        is_same = coarse(looked_at(changed)) == coarse(looked_at(text))
        assert read(changed if is_same else text, reason).digest == made.digest

    fuzz(part, st.tuples(error_texts(), REASONS, st.integers(0, 99)), check)


@pytest.mark.parametrize("part", range(PARTS))
def test_any_document_is_read_also_when_it_was_cut(part: int) -> None:
    def check(example: tuple[Any, str, int]) -> None:
        error, reason, cut = example
        made = read(error, reason)
        text = json.dumps(error, ensure_ascii=False)
        assert read(document(text), reason).digest == made.digest
        read(document(f"{text[:cut]}\n{text[-cut:]}"), reason)

    fuzz(part, st.tuples(DOCUMENTS, REASONS, st.integers(0, 200)), check)
