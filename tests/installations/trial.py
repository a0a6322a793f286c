"""One combination, from an empty database to the last page."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.installations.combinations import Combination
from tests.installations.environments import Made
from tests.installations.probe import Probe
from tests.installations.projects import Project
from tests.installations.queues import QueueServer
from tests.installations.visits import Browser
from tests.support.rights import NOBODYS, PAGES

TABLE = "graphile_worker.backfill_dlq"
ENTRIES = """
    INSERT INTO {table} ({job_id}, task_identifier, payload, queue_name, priority, job_key, max_attempts, failure_reason,
        failure_count, last_error, original_created_at, original_run_at, failed_at)
    SELECT n, CASE WHEN n % 3 = 0 THEN 'send_email' ELSE 'charge_card' END, jsonb_build_object('customer_id', n, 'amount', 10.00),
        CASE WHEN n % 2 = 0 THEN '' ELSE 'mail' END, 0, CASE WHEN n % 5 = 0 THEN 'key-' || n END, 5,
        'Job exceeded maximum retry attempts (5/5)', 5, to_jsonb('Connection refused by host ' || n), now() - interval '1 day',
        now() - interval '1 day', now() - n * interval '7 minutes'
    FROM generate_series(1, 250) AS n
"""
UNREACHED = {
    "dlq_backfilldlq_script",
    "dlq_backfilldlq_snapshot",
    "dlq_backfilldlq_seen",
    "dlq_backfilldlq_confirmed",
    "dlq_backfilldlq_confirmed_count",
    "dlq_backfilldlq_export_progress",
    "dlq_bulkoperation_history",
    "dlq_failurepattern_history",
    "dlq_deletedentry_change",
    "dlq_deletedentry_history",
}
"""Only sent, or no page leads there."""


def trial(combination: Combination, environment: Made, server: QueueServer) -> None:
    """Raises what does not work."""
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-project-"))
    try:
        project = Project.written(combination, environment, folder, server.fresh())
        install(project, server)
        with project.served() as address:
            for number, site in enumerate(combination.sites):
                probe = Probe(Browser(address, site), server.sql, TABLE)
                probe.run(acts=not number)
                assert not (missed := _missed(probe)), f"no page leads to {missed}"
        commands(project)
        log = (folder / "server.log").read_text()
        assert "Traceback" not in log, log
    finally:
        shutil.rmtree(folder)


def install(project: Project, server: QueueServer) -> None:
    """As docs/installations.md says."""
    queue = project.combination.database
    project.must("migrate", "--verbosity", "0")
    if queue != "default":
        project.must("migrate", "--verbosity", "0", "--database", queue)
    project.must("init_dlq")
    names = {"table": TABLE, "job_id": project.combination.job_id}
    if project.combination.shape:
        server.sql(project.combination.shape.format(**names))
    server.sql(ENTRIES.format(**names).replace("%%", "%"))
    made = project.command("createsuperuser", "--noinput", "--username", "boss", "--email", "boss@example.com")
    assert made.returncode == 0, made.stderr
    checked = project.must("check", "--database", queue)
    assert "no issues" in checked, checked
    project.must("dlq_caretaker", "--once")


def commands(project: Project) -> None:
    """What somebody runs from a shell or from cron."""
    assert "Failed jobs:" in project.must("dlq_stats")
    assert '"total_jobs": 250' in project.must("dlq_stats", "--json")
    assert project.command("dlq_stats", "--check").returncode in (1, 2)
    project.must("process_failed_jobs")
    project.must("dlq_caretaker", "--once")
    assert "CREATE TABLE" in project.must("init_dlq", "--print-sql")
    assert "is ready" in project.must("init_dlq")


def _missed(probe: Probe) -> set[str]:
    wanted = {name for name, right in PAGES.items() if name.startswith("dlq_") and right != NOBODYS} - UNREACHED
    return {name for name in wanted if not _was_seen(name, probe.names)}


def _was_seen(name: str, routes: set[str]) -> bool:
    _dlq, model, page = name.split("_", 2)
    route = f"dlq/{model}/" if page == "changelist" else f"{page}/"
    return any(
        seen == route if page == "changelist" else seen.startswith(f"dlq/{model}/") and seen.endswith(route)
        for seen in routes
    )
