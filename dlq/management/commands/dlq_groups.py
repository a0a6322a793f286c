"""Make the groups viewer, operator and manager."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from dlq.management.quiet_command import QuietCommand
from dlq.web.groups import NotMigrated, fill_groups


class Command(QuietCommand):
    help = (
        "Makes three groups: “dlq viewer” may look at failed jobs and operations; “dlq operator” may also write notes, requeue"
        " and export; “dlq manager” may do everything, also delete. None of them may see what is masked. Run again it adds what"
        " they lack, and takes nothing away. People need “staff status” beside a group."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            filled = fill_groups()
        except NotMigrated:
            raise CommandError("The permissions are not there yet: run manage.py migrate first.") from None
        for group in filled:
            made = "made, with" if group.is_new else "has all it needs" if not group.added else "now also has"
            self.stdout.write(f"{group.name}: {' '.join([made, ', '.join(group.added)]).strip()}")
