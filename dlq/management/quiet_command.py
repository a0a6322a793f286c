"""What all commands have in common: how they end where the database is to blame, or where nobody reads what they print."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dlq.faults.diagnosis import words_of


class QuietCommand(BaseCommand):
    """Ends with one line on stderr and exit code 1 instead of a traceback."""

    exit_codes = "Exit code 0, or 1 and one line on standard error that says what is in the way."

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, **{"epilog": self.exit_codes} | options)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            try:
                return super().execute(*args, **options)
            finally:
                self.stdout.flush()
        except BrokenPipeError:
            # What is left to be written has no reader, and Python tries it once more at the exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except Exception as error:
            if isinstance(error, CommandError) or (words := words_of(error)) is None:
                raise
            raise CommandError(words) from error
