"""What only the first run has: a real queue, a real worker, sample entries and a user."""

from __future__ import annotations

import io

from django.contrib.auth import get_user_model
from django.core.management import call_command

USER = PASSWORD = "admin"  # noqa: S105 (known to all, on 127.0.0.1 only, and the page says so)


def prepare_app() -> None:
    """The dead letter table, the app's own tables and the user."""
    call_command("init_dlq", verbosity=0, stdout=io.StringIO())
    call_command("migrate", verbosity=0, interactive=False)
    users = get_user_model()._default_manager
    if not users.filter(username=USER).exists():
        users.create_superuser(USER, password=PASSWORD)
