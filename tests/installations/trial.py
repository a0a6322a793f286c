"""One combination, from an empty database to the last page."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from backfill_admin.postgres import wheel_binaries
from tests.commands.starts import clean
from tests.installations.combinations import Combination
from tests.installations.environments import Environment, Made
from tests.installations.probe import Probe
from tests.installations.projects import Project
from tests.installations.queues import QUEUE, QueueServer
from tests.installations.shapes import MATERIALIZED
from tests.installations.story import story
from tests.installations.upgrade import roll_upgrade
from tests.installations.visits import Browser
from tests.support.pooler import pooler_of
from tests.support.rights import NOBODYS, PAGES

VIEWER, OPERATOR, OWNER = "viewer", "operator", "owner"
ROLE = "support"
QUEUES_OWNER = "queues_owner"
ENTRIES = """
    INSERT INTO {schema}.{kept_in} ({job_id}, task_identifier, payload, queue_name, priority, job_key, max_attempts,
        failure_reason, failure_count, last_error, original_created_at, original_run_at, failed_at)
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
NOT_TO_BE_READ = {
    "dlq_backfilldlq_compare",
    "dlq_backfilldlq_delete",
    "dlq_bulkoperation_change",
    "dlq_bulkoperation_problems",
    "dlq_failurepattern_regroup",
}
"""What comes only of changing something."""


def trial(combination: Combination, made: Mapping[Environment, Made], server: QueueServer) -> None:
    """Raises what does not work."""
    folder = Path(tempfile.mkdtemp(prefix="backfill-admin-project-"))
    owners = server.fresh(combination.queue)
    if combination.role:
        server.sql(f"CREATE ROLE {ROLE} LOGIN")
    try:
        with reached(combination, owners) as url:
            environment = made[combination.environment]
            project = Project.written(combination, environment, folder, url)
            if combination.before_it:
                before = Project.written(combination, made[combination.before_it], folder / "before", url)
                roll_upgrade(before, project, server, ENTRIES.format(**_names(combination)))
            else:
                install(project, Project(combination, environment, folder, owners), server)
                visit(project, server)
    finally:
        shutil.rmtree(folder)


@contextmanager
def reached(combination: Combination, owners: str) -> Iterator[str]:
    """The address that the project is given: as which role, through what."""
    role = ROLE if combination.role else "postgres"
    url = owners.replace("postgres@", f"{role}@")
    if not combination.pooler:
        yield url
        return
    (folder,) = parse_qs(urlsplit(owners).query)["host"]
    with pooler_of(folder, QUEUE, mode=combination.pooler, user=role) as pooler:
        yield pooler.address


def install(project: Project, owners: Project, server: QueueServer) -> None:
    """As docs/installations.md says; what a role of its own may not do, the owner does."""
    combination = project.combination
    names = _names(combination)
    if before := combination.before():
        server.sql(before.replace("{table}", combination.table))
    maker = owners
    if combination.role == OWNER:
        server.sql(f"CREATE ROLE {QUEUES_OWNER}; GRANT CREATE ON DATABASE {QUEUE} TO {QUEUES_OWNER}")
        grant(server, owners, OWNER)
        maker = project
    elif not combination.role:
        maker = project
    maker.must("migrate", "--verbosity", "0")
    if combination.database != "default":
        maker.must("migrate", "--verbosity", "0", "--database", combination.database)
    maker.must("init_dlq")
    if combination.shape:
        server.sql(combination.shape.format(**names))
        if not combination.is_view:
            maker.must("init_dlq")
    server.sql(ENTRIES.format(**names).replace("%%", "%"))
    if combination.shape == MATERIALIZED:
        server.sql(f"REFRESH MATERIALIZED VIEW {combination.table}")
    if combination.role in (VIEWER, OPERATOR):
        owners.must("dlq_caretaker", "--once")
        grant(server, owners, combination.role)
    made = project.command("createsuperuser", "--noinput", "--username", "boss", "--email", "boss@example.com")
    assert made.returncode == 0, made.stderr
    checked = project.command("check", "--database", combination.database)
    assert checked.returncode == 0, checked.stderr
    said = {*re.findall(r"dlq\.[WE]\d+", checked.stderr)}
    assert said == {*combination.warnings}, checked.stderr
    (owners if combination.role == VIEWER else project).must("dlq_caretaker", "--once")


def _names(combination: Combination) -> dict[str, str]:
    return {name: getattr(combination, name) for name in ("table", "schema", "job_id", "kept_in")}


def grant(server: QueueServer, owners: Project, audience: str) -> None:
    """What is printed is run by psql."""
    statements = owners.must("init_dlq", "--grants", ROLE, "--for", audience)
    done = subprocess.run(
        [wheel_binaries(18, server.home) / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", owners.url],
        input=statements, capture_output=True, text=True, env=clean(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{statements}\n{done.stderr}"


def visit(project: Project, server: QueueServer) -> None:
    combination = project.combination
    with project.served() as address:
        for number, site in enumerate(combination.sites):
            names = combination.table, combination.schema
            probe = Probe(Browser(address, site), server.sql, *names, is_reader=combination.is_read_only)
            probe.run(acts=not number)
            assert not (missed := _missed(probe)), f"no page leads to {missed}"
        (commands_of_a_reader if combination.is_read_only else commands)(project)
        if combination.has_worker:
            story(probe, project, server)
    log = (project.folder / "server.log").read_text()
    assert "Traceback" not in log, log


def commands(project: Project) -> None:
    """What somebody runs from a shell or from cron."""
    assert "Failed jobs:" in project.must("dlq_stats")
    assert '"total_jobs": 250' in project.must("dlq_stats", "--json")
    assert project.command("dlq_stats", "--check").returncode in (1, 2)
    project.must("process_failed_jobs")
    project.must("dlq_caretaker", "--once")
    assert "CREATE TABLE" in project.must("init_dlq", "--print-sql")
    assert "is ready" in project.must("init_dlq")


def commands_of_a_reader(project: Project) -> None:
    assert "Failed jobs:" in project.must("dlq_stats")
    assert '"total_jobs": 250' in project.must("dlq_stats", "--json")
    assert project.command("dlq_stats", "--check").returncode in (1, 2)
    for word in ("process_failed_jobs", *(["init_dlq"] if project.combination.is_view else [])):
        done = project.command(word)
        assert done.returncode == 1, f"{word}: {done.stdout}{done.stderr}"
        assert len(done.stderr.splitlines()) == 1, done.stderr


def _missed(probe: Probe) -> set[str]:
    unreached = UNREACHED | NOT_TO_BE_READ if probe.is_reader else UNREACHED
    wanted = {name for name, right in PAGES.items() if name.startswith("dlq_") and right != NOBODYS} - unreached
    return {name for name in wanted if not _was_seen(name, probe.names)}


def _was_seen(name: str, routes: set[str]) -> bool:
    _dlq, model, page = name.split("_", 2)
    route = f"dlq/{model}/" if page == "changelist" else f"{page}/"
    return any(
        seen == route if page == "changelist" else seen.startswith(f"dlq/{model}/") and seen.endswith(route)
        for seen in routes
    )
