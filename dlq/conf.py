"""The app's settings, read on every access, so that `override_settings` just works.

Only DLQ_SCHEMA, DLQ_TABLE and DLQ_JOB_ID_COLUMN are read once, at start: they make the model (`dlq.table.location`).
The README's settings table says what they mean; the checks in `dlq.checks` validate them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings


class _Conf:
    """`conf.CHUNK_SIZE` is the project's DLQ_CHUNK_SIZE, or the default that is written here."""

    SCHEMA: str = "graphile_worker"
    TABLE: str = "backfill_dlq"
    JOB_ID_COLUMN: str = "original_job_id"
    EXTRA_COLUMNS: Sequence[str] = ()
    REDACT: Sequence[str] = ()
    STATEMENT_TIMEOUT: int = 5
    CHUNK_SIZE: int = 1000
    CONFIRM_ABOVE: int = 1000
    TRASH_DAYS: int = 30
    KEEP_DAYS: int = 400
    ALERT_NEW_PER_HOUR: int = 10
    ALERT_HOURS: int = 2
    ALERT_CRITICAL_NEW_PER_HOUR: int = 50
    ALERT_CRITICAL_TOTAL: int = 500
    ALERT_OLDEST_DAYS: int = 90
    ALERT_TASK_HOURS: int = 6
    ALERT_SPIKE_HOURS: int = 12
    ALERT_SPIKE_FACTOR: int = 3
    ALERT_SPIKE_LEAST: int = 100
    METRICS_TOKEN: str = ""

    def __getattribute__(self, name: str) -> Any:
        default = object.__getattribute__(self, name)
        return getattr(settings, f"DLQ_{name}", default) if name.isupper() else default


DEFAULTS: dict[str, Any] = {f"DLQ_{name}": value for name, value in vars(_Conf).items() if name.isupper()}

conf = _Conf()
