"""/healthz says whether the process reaches its database, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.support.web import served


@pytest.mark.django_db
def test_health_is_ok_when_the_database_answers_and_nobody_is_logged_in(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert client.post("/healthz").status_code == 405


def test_healthz_is_503_when_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"not ok")


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_a_container_is_healthy_while_its_server_answers() -> None:
    def is_healthy(port: int) -> bool:
        program = [sys.executable, "-m", "backfill_admin.is_healthy"]
        return not subprocess.run(program, env=os.environ | {"PORT": str(port)}, timeout=30, check=False).returncode

    with served(workers=1, threads=2) as port:
        assert is_healthy(port)
    assert not is_healthy(port)
