"""Print the numbers of the dead letter queue."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError

from dlq.models.backfilldlq import TABLE
from dlq.services.stats import dlq_stats


class Command(BaseCommand):
    help = "Prints the numbers of the whole dead letter table (times in UTC)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object, under the library's names.")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        try:
            stats = dlq_stats(TABLE)
        except DatabaseError as error:
            raise CommandError(str(error).strip().splitlines()[0]) from error
        if json:
            self.stdout.write(as_json(asdict(stats)))
            return
        lines = {
            "Failed jobs": stats.total_jobs,
            "Tasks": stats.unique_tasks,
            "Queues": stats.unique_queues,
            "Average failures": f"{stats.avg_failure_count:.2f}",
            "Requeues": stats.total_requeued,
            "Oldest failure": stats.oldest_failure or "none",
            "Newest failure": stats.newest_failure or "none",
        }
        for label, value in lines.items():
            self.stdout.write(f"{label + ':':<20}{value}")
        if stats.task_breakdown:
            self.stdout.write("Most failed jobs by task:")
        for task, count in stats.task_breakdown:
            self.stdout.write(f"{count:>10}  {task}")


def as_json(numbers: dict[str, Any]) -> str:
    return json.dumps(numbers, cls=DjangoJSONEncoder, indent=2)
