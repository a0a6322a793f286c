"""Print the numbers of the dead letter queue, or look whether somebody should be told."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields
from typing import Any

from django.core.management.base import CommandParser

from dlq.faults.diagnosis import words_of
from dlq.management.quiet_command import QuietCommand
from dlq.monitoring.alerts import CRITICAL, WARNING, Alert, Thresholds, alerts
from dlq.monitoring.recovery_of_all import recovery_of_all
from dlq.monitoring.totals import dlq_stats
from dlq.outcomes.recovery_rate import ENDS
from dlq.table.location import TABLE
from dlq.web.formatting import utc_text

EXIT = {"": 0, WARNING: 1, CRITICAL: 2}
"""As Nagios and its kin read it."""
THRESHOLDS = {
    "new_per_hour": "warn if more jobs than this failed in each of the last --hours",
    "hours": "hours that --new-per-hour looks at",
    "critical_new_per_hour": "critical if more jobs than this failed in the last hour",
    "critical_total": "critical above so many failed jobs in all",
    "oldest_days": "warn of a failed job that nobody has requeued and that is older than so many days",
    "task_hours": "warn of a task that failed in each of so many last hours",
    "spike_hours": "hours in which a task or a failure pattern jumped",
    "spike_factor": "warn where so many times as many failed in them as in the same hours the day before",
    "spike_least": "and more than so many",
}


class Command(QuietCommand):
    help = (
        "Prints the totals of the dead letter table (times in UTC), or one line on what exceeds a threshold (--check)."
    )
    exit_codes = (
        "Exit code of --check: 0 (nothing), 1 (warning) or 2 (critical, also if it can't be found out)."
        f" Else: {QuietCommand.exit_codes}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--json", action="store_true", help="One JSON object, under the library's names, and requeues_ended."
        )
        what.add_argument("--check", action="store_true", help="Compare with the thresholds, for a monitor or cron.")
        thresholds = parser.add_argument_group("thresholds of --check (0 switches one off; defaults: DLQ_ALERT_…)")
        for name, meaning in THRESHOLDS.items():
            thresholds.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N", help=meaning)

    def handle(self, *args: Any, json: bool, check: bool, **options: Any) -> None:
        if check:
            self._check(Thresholds.configured(**{one.name: options[one.name] for one in fields(Thresholds)}))
            return
        stats, ends = dlq_stats(TABLE), recovery_of_all()
        if json:
            self.stdout.write(
                as_json({**asdict(stats), "requeues_ended": {end.value: getattr(ends, end) for end in ENDS}})
            )
            return
        lines = {
            "Failed jobs": stats.total_jobs,
            "Tasks": stats.unique_tasks,
            "Queues": stats.unique_queues,
            "Average failures": f"{stats.avg_failure_count:.2f}",
            "Requeues": stats.total_requeued,
            "Recovered": f"{ends.percent} % of {ends.settled:,} requeues made here whose end is known",
            "Besides": ends.besides or "nothing",
            "Oldest failure": stats.oldest_failure or "none",
            "Newest failure": stats.newest_failure or "none",
        }
        for label, value in lines.items():
            self.stdout.write(f"{label + ':':<20}{value}")
        if stats.task_breakdown:
            self.stdout.write("Most failed jobs by task:")
        for task, count in stats.task_breakdown:
            self.stdout.write(f"{count:>10}  {task}")

    def _check(self, limits: Thresholds) -> None:
        try:
            raised = alerts(TABLE, limits)
        except Exception as error:
            if (words := words_of(error)) is None:
                raise
            raised = [Alert(CRITICAL, f"could not look: {words}")]
        level = max((alert.level for alert in raised), key=lambda level: EXIT[level], default="")
        words = "; ".join(alert.words for alert in raised) or "nothing exceeds a threshold"
        # A task's name may have line breaks; a monitor reads one line.
        self.stdout.write(" ".join(f"DLQ {level.upper() or 'OK'}: {words}".split()))
        if raised:
            sys.exit(EXIT[level])


def as_json(numbers: dict[str, Any]) -> str:
    """Times to the microsecond, as the library has them; Django's encoder would cut them."""
    return json.dumps(numbers, default=utc_text, indent=2)
