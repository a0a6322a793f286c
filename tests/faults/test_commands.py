"""The commands end with one line and exit code 1 where the database is to blame, and quietly where nobody reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.commands.starts import PATIENCE, REPOSITORY, clean
from tests.faults.changes import SCHEMA, TABLE, Change, altered, changed, renamed, revoked
from tests.faults.outages import crowded, other_password, stopped
from tests.faults.site import ROLE, Server, python

pytestmark = pytest.mark.long

COMMANDS = ("init_dlq", "dlq_stats", "dlq_stats --check", "process_failed_jobs", "dlq_caretaker --once")
# In one process, which starts slowly.
RUN = f"""
import io, json, traceback, django
from contextlib import redirect_stderr, redirect_stdout
from django.core.management import execute_from_command_line
ended = {{}}
for command in {COMMANDS}:
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            execute_from_command_line(["manage.py", *command.split()])
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
    ended[command] = [code, out.getvalue(), err.getvalue()]
print(json.dumps(ended))
"""
NO_CHANGES = (
    f"ALTER ROLE {ROLE} SET default_transaction_read_only = on",
    f"ALTER ROLE {ROLE} RESET default_transaction_read_only",
)
EXHAUSTED = (
    f"SELECT {SCHEMA}.add_job('send_email', max_attempts := 1)",
    f"UPDATE {SCHEMA}._private_jobs SET attempts = max_attempts WHERE max_attempts = 1",
)
"""A job that is to be moved."""
NO_ALERTS: dict[str, Any] = {
    f"DLQ_ALERT_{name}": 0
    for name in ("NEW_PER_HOUR", "CRITICAL_NEW_PER_HOUR", "CRITICAL_TOTAL", "TASK_HOURS", "SPIKE_LEAST")
}
FAULTS: dict[str, tuple[Change | Callable[[Server], AbstractContextManager[None]], set[str]]] = {
    "does not answer: it is stopped": (stopped, set(COMMANDS)),
    "has no free connection": (crowded, set(COMMANDS)),
    "does not let this application in": (other_password, set(COMMANDS)),
    "takes no changes at present": (NO_CHANGES, {"dlq_caretaker --once"}),
    f"There is no table {TABLE}": (renamed("TABLE", TABLE), set(COMMANDS) - {"init_dlq"}),
    f"There is no schema {SCHEMA}": (renamed("SCHEMA", SCHEMA), set(COMMANDS) - {"init_dlq"}),
    f"Column failed_at of {TABLE} is of type text": (
        altered("ALTER failed_at TYPE text"),
        {"dlq_stats --check", "dlq_caretaker --once"},
    ),
    f"{TABLE} has no column requeued_count": (
        altered("DROP requeued_count"),
        {"dlq_stats", "dlq_caretaker --once"},
    ),
    f"{TABLE} has no column failure_reason": (altered("DROP failure_reason"), {"process_failed_jobs"}),
    f"lacks the right SELECT on {TABLE}": (
        revoked("SELECT", TABLE),
        {"dlq_stats", "dlq_stats --check", "dlq_caretaker --once"},
    ),
    "lacks what a migration makes: table dlq_requeue": (renamed("TABLE", "dlq_requeue"), {"dlq_caretaker --once"}),
}


def fault_on(server: Server, sentence: str) -> AbstractContextManager[None]:
    fault = FAULTS[sentence][0]
    return changed(server, fault) if isinstance(fault, tuple) else fault(server)


@pytest.mark.parametrize("sentence", FAULTS)
def test_commands_end_with_one_line_when_the_database_is_to_blame(server: Server, sentence: str) -> None:
    expected, stopped_by_it = FAULTS[sentence][1], set()
    server.sql(*EXHAUSTED)
    with fault_on(server, sentence):
        made = python("-c", RUN, DATABASE_URL=server.url, DJANGO_SETTINGS_MODULE="backfill_admin.settings", **NO_ALERTS)
    for command, (code, out, err) in json.loads(made.stdout).items():
        assert "Traceback" not in err
        if code:
            stopped_by_it.add(command)
            said, wanted = (out, 2) if command.endswith("--check") else (err, 1)
            assert (code, len(said.splitlines())) == (wanted, 1), (command, out, err)
            assert sentence in said or command not in expected, (command, said)
    assert stopped_by_it >= expected


@pytest.mark.parametrize("command", ["dlq_stats", "dlq_stats --check", "init_dlq --print-sql"])
@pytest.mark.parametrize("buffering", ["", "1"], ids=["at the end", "at once"])
def test_a_command_ends_quietly_when_nobody_reads_it(server: Server, command: str, buffering: str) -> None:
    variables = clean(DATABASE_URL=server.url, PYTHONPATH=REPOSITORY, DATA_DIR="/tmp", PYTHONUNBUFFERED=buffering)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        ended = subprocess.run(
            [sys.executable, "manage.py", *command.split()],
            cwd=REPOSITORY, env=variables, stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (ended.stderr, ended.returncode) == ("", 1)
