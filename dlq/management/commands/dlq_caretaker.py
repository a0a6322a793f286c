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
        " patterns, purges the trash, and prunes old records."
        " Several may run beside each other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do every duty once and end.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        self.caretaker = Caretaker()
        if once:
            if self._round().failed:
                raise CommandError("Not every duty could be done.")
        else:
            for_ever(self._round, INTERVAL, self.stderr)

    def _round(self) -> Round:
        result = self.caretaker.round()
        for duty, amount in result.done.items():
            self.stdout.write(f"{duty}: {amount:,}")
        for duty, (error, pause) in result.failed.items():
            self.stderr.write(f"{duty} failed, trying again in {pause:g} s: {error}")
        return result
