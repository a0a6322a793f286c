"""How many wrong passwords there may be, for a name and for an address, and for how long the log-in closes then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
OPEN, CLOSED, IN = 200, 429, 302


@pytest.fixture(autouse=True)
def colleague(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("colleague", password=PASSWORD, is_staff=True)


def log_in(name: str, password: str = "wrong", *, at: str = HERE, headers: dict[str, str] | None = None) -> int:
    form = {"username": name, "password": password}
    return Client().post("/admin/login/", form, headers=headers, REMOTE_ADDR=at).status_code


def test_ten_for_a_name_at_an_address() -> None:
    assert [log_in("colleague", headers={"User-Agent": f"browser {n}"}) for n in range(10)] == [OPEN] * 9 + [CLOSED]
    assert log_in("colleague", PASSWORD) == CLOSED
    assert log_in("another") == OPEN
    assert log_in("colleague", PASSWORD, at=ELSEWHERE) == IN


def test_fifty_for_an_address() -> None:
    assert [log_in(f"name{n}") for n in range(60)] == [OPEN] * 49 + [CLOSED] * 11
    assert log_in("colleague", PASSWORD) == CLOSED
    assert log_in("colleague", PASSWORD, at=ELSEWHERE) == IN


def test_closed_for_a_quarter_of_an_hour_also_to_who_tries_again() -> None:
    for _ in range(10):
        log_in("colleague")

    def later(minutes: int) -> None:
        AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))

    later(14)
    assert log_in("colleague", PASSWORD) == CLOSED
    later(2)
    assert log_in("colleague", PASSWORD) == IN


def test_what_is_refused_is_not_stored() -> None:
    for n in range(60):
        log_in(f"name{n}")
    assert AccessAttempt.objects.count() == 50


def test_a_header_makes_no_address_without_proxies() -> None:
    assert [log_in("colleague", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(11)][-1] == CLOSED


def test_a_connection_without_an_address_has_a_brake_of_its_own() -> None:
    assert [log_in("colleague", at="") for _ in range(11)][-1] == CLOSED
    assert log_in("colleague", PASSWORD) == IN
