"""When people logged in, and when they said that they had seen what was new."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import F
from django.db.models.functions import Now
from django.utils.connection import ConnectionDoesNotExist

from dlq.db.database import atomic
from dlq.models import Visit
from dlq.web.permissions import sees_entries

logger = logging.getLogger("dlq")

SAME_VISIT = timedelta(hours=1)
"""Who logs in again so soon, for example on the phone, has not been away."""
NEWCOMER = timedelta(hours=24)
"""What somebody is told of who was never here before."""


@dataclass(frozen=True)
class Since:
    """The moment, and why it is that one."""

    moment: datetime
    why: str


def since(person: str, now: datetime) -> Since:
    """When the person last said "seen"; else their log-in before this one; else a day ago. To the second, as people read it."""
    visit = Visit.objects.filter(pk=person).first()
    if visit and visit.seen_at:
        moment, why = visit.seen_at, "you last said “seen”"
    elif visit and visit.logged_in_before_at:
        moment, why = visit.logged_in_before_at, "your log-in before this one"
    else:
        moment, why = now - NEWCOMER, "the last 24 hours"
    return Since(moment.replace(microsecond=0), why)


def say_seen(person: str) -> None:
    Visit.objects.update_or_create(pk=person, defaults={"seen_at": Now()})


def remember_log_in(*, user: Any, **_signal: Any) -> None:
    """For the signal `user_logged_in`. A log-in never fails by it, also where our tables or their database are missing."""
    try:
        if not (user.is_active and user.is_staff and sees_entries(user)):
            return
        with atomic():
            visit, is_first = Visit.objects.get_or_create(pk=user.get_username(), defaults={"logged_in_at": Now()})
            if not is_first:
                another = Visit.objects.filter(pk=visit.pk).exclude(logged_in_at__gt=Now() - SAME_VISIT)
                another.update(logged_in_before_at=F("logged_in_at"), logged_in_at=Now())
    except (DatabaseError, ConnectionDoesNotExist):
        logger.warning("the log-in could not be remembered for the start page", exc_info=True)
