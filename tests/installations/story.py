"""What the documents promise to whoever runs workers: a job fails for good, comes here, is cured and requeued, and succeeds."""

from __future__ import annotations

import subprocess
import time

from tests.commands.starts import PATIENCE, REPOSITORY
from tests.installations.probe import Probe
from tests.installations.programs import graphile_worker
from tests.installations.projects import Project
from tests.installations.queues import QUEUE, RUST, QueueServer
from tests.support import graphile

TASKS = REPOSITORY / "tests/worker"
FAILS, CURED = '{"fails": true}', '{"fails": false}'


def story(probe: Probe, project: Project, server: QueueServer) -> None:
    """With the real worker of this queue, Node's or the library's."""
    url = server.cluster.url(QUEUE)
    server.sql(f"SELECT {probe.schema}.add_job('send_email', '{FAILS}', max_attempts := 1)")
    _work(project, server, url)
    # A worker of the library has moved it by itself, if it was started again.
    project.must("process_failed_jobs")
    ((entry,),) = server.sql(f"SELECT id FROM {probe.table} WHERE payload @> '{FAILS}'")
    assert "mail server is down" in probe.browser.open(f"{probe.list}{entry}/change/").text
    # With more attempts than one, so that it is known by what it does not do.
    probe.operate("edit_selected", [entry], document=CURED, max_attempts="5")
    _work(project, server, url)
    project.must("dlq_caretaker", "--once")
    assert server.sql(f"SELECT outcome FROM dlq_requeue WHERE entry_id = {entry}") == [("recovered",)]


def _work(project: Project, server: QueueServer, url: str) -> None:
    """Until the jobs of the one task that there is are done."""
    queue = project.combination.queue
    if queue.worker == RUST:
        _let_the_library_work(server, url)
        return
    program = graphile_worker(queue.worker, server.home) / "node_modules/.bin/graphile-worker"
    command = [str(graphile.NODE), str(program), "-c", url, "--schema", queue.schema, "--once"]
    done = subprocess.run(command, cwd=TASKS, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr


def _let_the_library_work(server: QueueServer, url: str) -> None:
    from bench.by_library import environment, program

    worker = subprocess.Popen(
        [program(TASKS / "library", "library-worker")], env=environment(url), stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    due = (
        "SELECT id FROM graphile_worker.jobs WHERE task_identifier = 'send_email'"
        " AND (attempts < max_attempts OR locked_at IS NOT NULL)"
    )
    deadline = time.monotonic() + PATIENCE
    while server.sql(due):
        assert time.monotonic() < deadline, "the library's worker leaves jobs that are due"
        time.sleep(0.1)
    worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0
