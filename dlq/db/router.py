"""For DATABASE_ROUTERS in a project whose queue is not in its default database: the app's models are where DLQ_DATABASE says."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from dlq.db.database import alias

APP = "dlq"
ROUTER = "dlq.db.router.DlqRouter"


class DlqRouter:
    """Other apps' models stay out of that database; a router of the project's own that says otherwise goes before this one."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str | None:
        return alias() if model._meta.app_label == APP else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool | None:
        if app_label == APP:
            return db == alias()
        return False if db == alias() != DEFAULT_DB_ALIAS else None
