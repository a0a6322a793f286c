"""The engine against the model, over many random lives. ENGINE_MODEL_LIVES=2000 (and ENGINE_MODEL_SEED=n) looks further."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from dlq.operations.kinds import KINDS
from tests.engine_model import database
from tests.engine_model.machine import SEEN, Engine
from tests.engine_model.world import MOVES_OF_A_START

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

LIVES = int(os.environ.get("ENGINE_MODEL_LIVES", "60"))
SEED = os.environ.get("ENGINE_MODEL_SEED", "1")
"""The same lives each time, whatever else in this file changes: hypothesis's own choice would depend on its text."""
STEPS = 40
COMMON = {
    *KINDS,
    *("recovered", "failed_again", "gone", "unknown", "unsettled"),
    *("done", "paused", "watching"),
    *("returned", "waiting", "same_key", "key_waiting"),
    *("2 lives", "3 lives", "5 lives"),
}
"""What no 60 lives are without."""


@pytest.fixture(autouse=True)
def _start_of_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """It moves fewer jobs than in truth, and at once."""
    monkeypatch.setattr("dlq.outcomes.deciding.MOVES_OF_A_START", MOVES_OF_A_START)
    monkeypatch.setattr("dlq.outcomes.deciding.START", timedelta(0))


@pytest.fixture(autouse=True)
def _owners_part(transactional_db: None) -> Iterator[None]:
    database.add_owners_part()
    yield
    database.drop_owners_part()


def test_engine_does_what_the_model_says() -> None:
    chosen = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    machine = seed(Random(SEED).getrandbits(64))(Engine)
    run_state_machine_as_test(machine, settings=chosen)
    assert set(SEEN) >= COMMON, f"the lives were too poor: {SEEN}"
