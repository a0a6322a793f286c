"""One deadline for all statements of a page, also those that have a limit of their own."""

from __future__ import annotations

import pytest

from dlq.db.limits import TimedOut, in_time, time_limit
from dlq.db.statements import rows
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def told() -> str:
    """How long this statement may take."""
    ((timeout,),) = rows("SHOW statement_timeout")
    return str(timeout)


def test_statements_get_what_is_left_of_the_time_for_them_together(clock: Clock) -> None:
    before = told()
    with time_limit(5, grace=0.5):
        assert told() == "5s"
        clock.now += 5
        assert told() == "500ms"
        clock.now += 0.5
        with pytest.raises(TimedOut):
            told()
    assert told() == before


def test_block_within_another_gets_no_more_than_is_left_of_that(clock: Clock) -> None:
    with time_limit(5, grace=0.5):
        with time_limit(2):
            assert told() == "2s"
        assert told() == "5s"
        clock.now += 5.25
        with time_limit(2):
            assert told() == "250ms"
        clock.now += 0.125
        assert told() == "125ms"
        clock.now += 0.125
        assert in_time(2, told) is None
