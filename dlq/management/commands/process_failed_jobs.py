"""Move jobs that have used up their attempts into the dead letter table, once or for ever."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from dlq.management.loop import for_ever
from dlq.management.quiet_command import QuietCommand
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from dlq.table.writable import is_view

LONGEST_PAUSE = 86_400
"""Seconds: a day. Rarer is a matter for cron."""


class Command(QuietCommand):
    help = (
        "Moves jobs that have used up their attempts from the queue into the dead letter table, and ends, or (--watch) goes on."
        " A job that does not fit into the table stays in the queue and is named once, on standard error."
        " Jobs that run are left alone. Several may run beside each other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch",
            type=float,
            metavar="SECONDS",
            help="Repeat until it is told to end, with this pause between: 2, say.",
        )

    def handle(self, *args: Any, watch: float | None, **options: Any) -> None:
        if watch is not None and not 0 < watch <= LONGEST_PAUSE:
            raise CommandError(f"--watch takes seconds: more than 0 and at most {LONGEST_PAUSE:,}, not {watch:g}.")
        misfits: dict[int, str] = {}
        if watch is None:
            self._once(misfits)
            return
        for_ever(lambda: self._once(misfits), watch, self.stderr)

    def _once(self, misfits: dict[int, str]) -> None:
        """Move what can be moved. A job that does not fit is named the first time it is met, and added to `misfits`."""
        if is_view(TABLE):
            raise CommandError(f"{TABLE.plainly} is a view: failed jobs are moved into a table.")
        moved = process_failed_jobs(TABLE, known_misfits=list(misfits))
        for job, why in moved.misfits.items():
            self.stderr.write(f"Job {job} does not fit into {TABLE.regclass} and stays in the queue: {why}.")
        misfits |= moved.misfits
        if moved.jobs:
            self.stdout.write(f"Moved {len(moved.jobs)} failed jobs into {TABLE.regclass}.")
        if moved.already_here:
            self.stdout.write(f"Took {len(moved.already_here)} out of the queue whose tasks had written their entries.")
