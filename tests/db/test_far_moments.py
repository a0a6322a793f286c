"""Times that Python can't hold, or that no clock can tell: read, compared, printed and written back as PostgreSQL has them."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import localtime

from dlq.db.far_moments import FarMoment
from dlq.db.statements import scalar
from tests.support.hostile import FAR_TIMES

pytestmark = pytest.mark.django_db


def read(text: str) -> datetime:
    moment: datetime = scalar("SELECT %(text)s::text::timestamptz", {"text": text})
    return moment


@pytest.mark.parametrize("text", FAR_TIMES)
def test_far_time_is_read_and_written_back_unchanged(text: str) -> None:
    moment = read(text)
    assert isinstance(moment, FarMoment)
    assert str(moment) == scalar("SELECT %(text)s::text::timestamptz::text", {"text": text})
    assert scalar("SELECT %(moment)s = %(text)s::text::timestamptz", {"moment": moment, "text": text})
    assert scalar(
        "SELECT %(moments)s::timestamptz[] = ARRAY[%(text)s::text::timestamptz]", {"moments": [moment], "text": text}
    )


@pytest.mark.parametrize("text", FAR_TIMES)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "Etc/GMT+12"])
def test_far_time_can_be_used_as_any_time(text: str, zone: str) -> None:
    moment, now = read(text), datetime.now(UTC)
    assert localtime(moment, ZoneInfo(zone)) is moment
    assert (moment < now) == (now > moment) == ((now - moment) > timedelta())
    assert (moment - now) == -(now - moment)
    assert min(moment, now) in (moment, now)
    assert type(moment - timedelta(days=1)) is datetime
    assert f"{moment:%Y}" == moment.isoformat() == moment.strftime("%H") == str(moment)
    assert {str(again) for again in (copy.deepcopy(moment), pickle.loads(pickle.dumps(moment)))} == {str(moment)}


def test_other_times_stay_what_they_are() -> None:
    for text in (
        "2026-11-25 14:29:36.123456+00",
        "0001-01-05 00:00:00+00",
        "9999-12-28 00:00:00+00",
        "1066-10-14 00:00:00+00",
    ):
        moment = read(text)
        assert type(moment) is datetime
        assert moment == datetime.fromisoformat(text)
