"""Create the dead letter table with its indexes, or print the SQL that does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.checks import Tags
from django.core.management.base import CommandError, CommandParser

from dlq.faults.grants import AUDIENCES, OPERATOR, grants_sql
from dlq.management.quiet_command import QuietCommand
from dlq.redaction.candidates import masking_indexes
from dlq.table.init import create_schema_sql, init_dlq, init_sql
from dlq.table.location import TABLE
from dlq.table.lock_limit import NotMade


class Command(QuietCommand):
    help = (
        "Creates the dead letter table and its indexes where they are missing. Harmless to run again: nothing is locked for what"
        " is there, and on a table in use indexes are built beside those who write. Gives up where somebody holds the table."
    )
    requires_system_checks = (Tags.models,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", default=TABLE.schema, help="The schema (default: %(default)s).")
        parser.add_argument(
            "--search-index", action="store_true", help="Make the index for the search, too: large, and worth it."
        )
        parser.add_argument(
            "--grants",
            metavar="ROLE",
            help="Print what this database role has to be granted, for psql, and do nothing.",
        )
        parser.add_argument(
            "--for",
            dest="audience",
            choices=AUDIENCES,
            default=OPERATOR,
            help="With --grants: a role that looks, works (the default), or also runs migrate and init_dlq.",
        )
        parser.add_argument("--print-sql", action="store_true", help="Print the SQL instead of running it.")

    def handle(self, *args: Any, schema: str, search_index: bool, print_sql: bool, **options: Any) -> None:
        table = replace(TABLE, schema=schema)
        if problem := table.problem:
            raise CommandError(problem)
        if role := options["grants"]:
            self.stdout.write(grants_sql(table, role, options["audience"]))
            return
        if print_sql:
            self.stdout.write(f"{create_schema_sql(table)}\n\n{init_sql(table, search=search_index)}", ending="")
            return
        try:
            left_out = init_dlq(table, search=search_index, more=masking_indexes)
        except NotMade as error:
            raise CommandError(str(error)) from error
        for sentence in left_out:
            self.stderr.write(self.style.WARNING(sentence))
        self.stdout.write(f"{table.regclass} is ready.")
