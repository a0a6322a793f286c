"""While an upgrade rolls: the version before works on, on the tables as the new migrations leave them, beside the new one."""

from __future__ import annotations

from contextlib import ExitStack

from tests.installations.probe import Probe
from tests.installations.projects import Project
from tests.installations.queues import QueueServer
from tests.installations.visits import Browser

ENTRIES_OF_EACH = 20
"""So many of the newest are one probe's to act on."""


def roll_upgrade(old: Project, new: Project, server: QueueServer, entries: str) -> None:
    """`entries`: SQL that fills the table."""
    _install(old)
    server.sql(entries)
    made = old.command("createsuperuser", "--noinput", "--username", "boss", "--email", "boss@example.com")
    assert made.returncode == 0, made.stderr
    with ExitStack() as servers:
        before = _probe(servers.enter_context(old.served()), old, server)
        _act(before)
        _install(new)
        after = _probe(servers.enter_context(new.served()), new, server)
        # In turns, each on what the other wrote.
        for number, probe in enumerate((after, before, after, before), start=1):
            probe.offset = number * ENTRIES_OF_EACH
            _act(probe)
            for project in (old, new):
                project.must("dlq_caretaker", "--once")
                project.must("process_failed_jobs")
        for probe in (before, after):
            probe.walk()
    for project in (old, new):
        log = (project.folder / "server.log").read_text()
        assert "Traceback" not in log, log


def _install(project: Project) -> None:
    project.must("migrate", "--verbosity", "0")
    project.must("init_dlq")


def _probe(address: str, project: Project, server: QueueServer) -> Probe:
    combination = project.combination
    browser = Browser(address, combination.sites[0])
    browser.log_in("boss", "correct-horse")
    return Probe(browser, server.sql, combination.table, combination.schema, is_reader=False)


def _act(probe: Probe) -> None:
    probe.annotate()
    probe.requeue()
    probe.delete_and_restore()
    probe.export()
