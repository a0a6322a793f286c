"""How many wrong passwords there may be before the log-in closes for a while."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.db.models import Sum
from django.http import HttpRequest

NAMES = 5
"""An address may fail as often as so many names of it: colleagues may share one, but who tries many names is a guesser."""


class Brakes(AxesDatabaseHandler):  # type: ignore[misc]
    """AXES_FAILURE_LIMIT for a name at an address, and `NAMES` times as many for the address, whatever the names.

    django-axes itself has one limit for all of AXES_LOCKOUT_PARAMETERS, so failures of the address count for less.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        of_name, of_address = (
            attempts.aggregate(failures=Sum("failures_since_start", default=0))["failures"]
            for attempts in self.get_user_attempts(request, credentials)
        )
        failures: int = max(of_name, of_address // NAMES)
        return failures
