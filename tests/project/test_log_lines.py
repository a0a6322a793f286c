"""The log of the real web server: one line for each thing, as text or as JSON, with the request's id."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.web import served, until

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]


def _answer(port: int, **headers: str) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(
            "GET", "/admin/login/", headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        answer.read()
        return answer


@pytest.mark.parametrize("is_json", [True, False])
def test_wrong_host_is_one_line_with_the_id_of_its_request(is_json: bool, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        log.open("wb") as stderr,
        served(workers=1, threads=2, stderr=stderr, DJANGO_JSON_LOGS=str(int(is_json))) as port,
    ):
        assert _answer(port, Host="evil.example", X_Request_ID="from-the-proxy.1").status == 400
        until(lambda: b"evil.example" in log.read_bytes())
    (line,) = [line for line in log.read_text().splitlines() if line.strip()]
    if is_json:
        said = json.loads(line)
        assert (said["level"], said["logger"]) == ("ERROR", "django.security.DisallowedHost")
        assert said["request_id"] == "from-the-proxy.1"
        assert "evil.example" in said["message"]
    else:
        assert " ERROR django.security.DisallowedHost [from-the-proxy.1] " in line


def test_id_is_sent_back_and_another_made_where_it_could_forge_lines() -> None:
    with served(workers=1, threads=2) as port:
        assert _answer(port, Host="localhost", X_Request_ID="abc-1").headers["X-Request-ID"] == "abc-1"
        made = {_answer(port, Host="localhost", X_Request_ID='a b"').headers["X-Request-ID"] for _ in range(2)}
    assert len(made) == 2
    assert all(len(one) == 32 for one in made)
