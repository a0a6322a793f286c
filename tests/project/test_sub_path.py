"""Below a path of a host (DJANGO_SCRIPT_NAME), by the real web server, whether or not the proxy hands that path on."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support.entries import add_entries
from tests.support.people import client_of
from tests.support.web import asked, served

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]
LIST = "/admin/dlq/backfilldlq/"


def test_everything_is_below_the_path(superuser: User) -> None:
    add_entries(3)
    session = client_of(superuser).cookies["sessionid"].value
    with served(workers=1, threads=4, DJANGO_SCRIPT_NAME="/ops/dlq/") as port:
        for handed_on in ("/ops/dlq", ""):
            with asked(port, handed_on + LIST, session) as answer:
                page = answer.read().decode()
            assert answer.status == 200
            links = re.findall(r'(?:href|src|action|hx-get)="(/[^"]*)"', page)
            assert len(links) > 20
            assert [link for link in links if not link.startswith("/ops/dlq/")] == []
            (style,) = [link for link in links if link.endswith("dlq/dlq.css")]
            with asked(port, style if handed_on else style.removeprefix("/ops/dlq")) as answer:
                assert (answer.status, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
            with asked(port, f"{handed_on}{LIST}export/?format=csv", session) as answer:
                assert answer.read().count(b"\n") == 4
        with asked(port, "/ops/dlq/admin/login/") as answer:
            cookies = answer.headers.get_all("Set-Cookie") or []
            assert cookies
            assert all("; Path=/ops/dlq/" in cookie for cookie in cookies)
        with asked(port, "/ops/dlq/") as answer:
            assert answer.headers["Location"] == "/ops/dlq/admin/dlq/"
        with asked(port, "/ops/dlq/healthz") as answer:
            assert answer.status == 200


def test_pages_have_the_host_for_themselves_without_it(client: Client) -> None:
    assert 'href="/static/' in client.get("/admin/login/").content.decode()


def test_health_is_asked_without_https_there() -> None:
    with served(workers=1, threads=2, DJANGO_SCRIPT_NAME="/ops", DJANGO_SECURE="1") as port:
        with asked(port, "/ops/healthz") as answer:
            assert answer.status == 200
        with asked(port, "/ops/admin/login/") as answer:
            assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/ops/admin/login/")
