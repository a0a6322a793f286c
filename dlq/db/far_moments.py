"""Times that PostgreSQL has and Python has not: `infinity`, years before 1 and after 9999, and those at the very edges.

psycopg raises where it meets one, and then nothing of the row can be read. Here such a time is read as a FarMoment: it sorts
at its end of the calendar, is printed as PostgreSQL prints it, and goes back to PostgreSQL unchanged.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, SupportsIndex

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.types.datetime import TimestamptzLoader

from dlq.db.database import alias

EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
LATEST = datetime(9999, 12, 29, tzinfo=UTC)
"""Between them every time can be told on any clock on earth; what lies beyond is far."""
TIMESTAMPTZ = 1184
"""PostgreSQL's number of the type."""


class FarMoment(datetime):
    """A time beyond EARLIEST or LATEST, which it equals for Python's comparisons; `text` is the time as PostgreSQL has it."""

    text: str
    convert_to_local_time = False
    """For Django's templates: no clock shows it."""

    @classmethod
    def of(cls, text: str) -> FarMoment:
        is_early = text.startswith(("-", "0001-")) or text.endswith("BC")
        edge = EARLIEST if is_early else LATEST
        moment = cls(edge.year, edge.month, edge.day, tzinfo=UTC)
        moment.text = text
        return moment

    @property
    def plain(self) -> datetime:
        return EARLIEST if self.year == EARLIEST.year else LATEST

    def __str__(self) -> str:
        return self.text

    def __format__(self, _format: str) -> str:
        return self.text

    def isoformat(self, *_options: Any, **_more: Any) -> str:
        return self.text

    def strftime(self, _format: str) -> str:
        return self.text

    def replace(self, *values: Any, **named: Any) -> datetime:  # type: ignore[override]
        return self.plain.replace(*values, **named)

    def astimezone(self, tz: tzinfo | None = None) -> FarMoment:
        return self

    def __add__(self, length: timedelta) -> datetime:  # type: ignore[override]
        return self.plain + length

    def __sub__(self, other: Any) -> Any:
        return self.plain - (other.plain if isinstance(other, FarMoment) else other)

    def __rsub__(self, other: datetime) -> timedelta:
        return other - self.plain

    def __reduce_ex__(self, _protocol: SupportsIndex) -> Any:
        return (FarMoment.of, (self.text,))


def moment_of(moment: datetime, text: str = "") -> datetime:
    """The time itself, or as a FarMoment where some clock on earth can't tell it."""
    return moment if EARLIEST <= moment <= LATEST else FarMoment.of(text or moment.isoformat(" "))


def time_of(text: str) -> datetime:
    """The time that `isoformat` gave, of either kind."""
    try:
        return moment_of(datetime.fromisoformat(text), text)
    except ValueError:
        return FarMoment.of(text)


class _Loader(TimestamptzLoader):
    """As Django's own: in the connection's zone."""

    timezone: tzinfo | None = None

    def load(self, data: Buffer) -> datetime:
        try:
            moment = super().load(data)
        except DataError:
            return FarMoment.of(bytes(data).decode())
        return moment_of(moment.replace(tzinfo=self.timezone), bytes(data).decode())


class _Dumper(Dumper):
    oid = TIMESTAMPTZ

    def dump(self, obj: FarMoment) -> bytes:
        return obj.text.encode()


def read_far_moments(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Receiver of `connection_created`: let a new connection read and write them. All other times stay as they are."""
    if connection.alias != alias() or connection.vendor != "postgresql":
        return

    class Loader(_Loader):
        timezone = connection.timezone

    adapters = connection.connection.adapters
    adapters.register_loader("timestamptz", Loader)
    adapters.register_dumper(FarMoment, _Dumper)
