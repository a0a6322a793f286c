"""Look after the dead letter queue for ever: operations, outcomes of requeued jobs, failure patterns, the trash."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from dlq.caretaker.rounds import Caretaker, Round
from dlq.management.loop import for_ever
from dlq.management.quiet_command import QuietCommand

INTERVAL = 1.0
"""Seconds between two looks at what is due."""


class Command(QuietCommand):
    help = (
        "Drives bulk operations on whose page nobody is, settles what became of requeued jobs, groups failures into"
        " patterns, purges the trash, and prunes old records, for as long as it runs: keep one beside the web server."
        " Several may run beside each other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Do every duty once and end, for cron; what failed is named."
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        self.caretaker = Caretaker()
        if once:
            if failed := self._round().failed:
                errors = {
                    error: [duty for duty in failed if failed[duty][0] == error] for error, _pause in failed.values()
                }
                raise CommandError(
                    "; ".join(f"{', '.join(duties)} failed: {error}" for error, duties in errors.items())
                )
        else:
            for_ever(self._round_after_round, INTERVAL, self.stderr)

    def _round(self) -> Round:
        result = self.caretaker.round()
        for duty, amount in result.done.items():
            self.stdout.write(f"{duty}: {amount:,}")
        return result

    def _round_after_round(self) -> None:
        result = self._round()
        for duty, (error, pause) in result.failed.items():
            self.stderr.write(f"{duty} failed, trying again in {pause:g} s: {error}")
