"""The files for containers and systemd say what the program can do. `make installations ONLY=Dockerfile` does its steps."""

from __future__ import annotations

import configparser
import re
import shlex

import pytest
import yaml
from django.core.management import get_commands

from tests.commands.starts import REPOSITORY
from tests.installations.dockerfile import DOCKERFILE, instructions

DEPLOY = REPOSITORY / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
OWN = ("migrate", "init_dlq", "dlq_groups", "dlq_caretaker", "process_failed_jobs")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def _commands_of(text: str) -> list[str]:
    return re.findall(r"backfill-admin (\w+)", text)


def test_image_runs_as_nobody_who_may_do_anything() -> None:
    steps = instructions(DOCKERFILE.read_text())
    users = [rest for word, rest in steps if word == "USER"]
    assert users == ["65532:65532"]
    after = [word for word, _rest in steps[steps.index(("USER", users[0])) :]]
    assert after == ["USER", "EXPOSE", "HEALTHCHECK", "CMD"]


def test_services_of_compose_run_what_there_is() -> None:
    services = COMPOSE["services"]
    said = [" ".join(service["command"]) for service in services.values() if "command" in service]
    asked = [command for text in said for command in _commands_of(text)]
    assert sorted(asked) == sorted(OWN)
    assert set(asked) <= set(get_commands())
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        if service.get("image") == "backfill-admin":
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_run_what_there_is_and_may_do_little(unit: object) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(str(unit))
    service = dict(parser["Service"])
    command = shlex.split(service["ExecStart"])
    if command[0].endswith("/backfill-admin"):
        assert command[1] in OWN
    else:
        assert command[1:3] == ["-c", "python:backfill_admin.gunicorn_settings"]
    assert service["DynamicUser"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["EnvironmentFile"] == "/etc/backfill-admin.env"
    others = parser["Unit"].get("Requires", "").split()
    assert all((DEPLOY / other).exists() for other in others)
