"""The mode without DATABASE_URL: the embedded server with the real queue and the samples, and the processes beside it."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings

from backfill_admin.data_dir import make_data_dir
from backfill_admin.demo import prepare_app
from backfill_admin.demo.engine import install_queue, worker_command
from backfill_admin.demo.samples import load_samples
from backfill_admin.embedded import embedded_cluster
from backfill_admin.run import StartProblem
from backfill_admin.run.children import Child
from backfill_admin.run.problems import check_port, only_one
from backfill_admin.run.web import web_server
from backfill_admin.settings import env
from dlq.table.location import TABLE


def first_run(things: ExitStack, port: int) -> list[Child]:
    """Prepare everything and return the processes to start, the web server first. `things` undoes it."""
    entries, with_worker = env.int("DEMO_ENTRIES", 5000), env.bool("DEMO_WORKER", True)
    if entries < 0:
        raise StartProblem("DEMO_ENTRIES must not be negative.")
    data: Path = settings.DATA_DIR
    if data != Path(settings.WANTED_DATA_DIR).expanduser().absolute():
        print(
            f"Data goes to {data}: PostgreSQL can't run as root, and its own account could not reach a closed folder."
        )
    try:
        make_data_dir(data)
        things.enter_context(only_one(data))
    except OSError as error:
        raise StartProblem(f"DATA_DIR {data} can't be used: {error.strerror}.") from None
    check_port(port)
    cluster = embedded_cluster(data)
    print(f"Starting PostgreSQL in {cluster.data} …", flush=True)
    things.callback(cluster.stop)
    cluster.start()
    install_queue(cluster.url(), TABLE.schema)
    prepare_app()
    load_samples(entries)
    children = [web_server(port)]
    if with_worker:
        children.append(Child("The worker", worker_command(cluster.url(), TABLE.schema), os.environ))
    manage = [sys.executable, "-m", "backfill_admin.commands"]
    children.append(Child("process_failed_jobs", [*manage, "process_failed_jobs", "--watch", "2"], os.environ))
    children.append(Child("dlq_caretaker", [*manage, "dlq_caretaker"], os.environ))
    return children
