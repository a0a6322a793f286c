"""Whatever is sent as name, password or `next`: the log-in page answers as to any wrong name."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
WRONG = "Please enter the correct username and password"
PASSWORD = "correct-horse-battery"
LONG = 100_000


@pytest.fixture(autouse=True)
def fast_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def log_in(client: Client, name: str, password: str = "wrong") -> tuple[int, bool]:
    """The status, and whether the page says that name or password are wrong."""
    page = client.post(LOGIN, {"username": name, "password": password})
    return page.status_code, WRONG in page.text


@pytest.mark.parametrize(
    ("name", "is_stored"),
    [
        ("a" * 150, True),
        ("a" * 151, False),
        ("a" * 255, False),
        ("a" * 256, False),
        ("a" * LONG, False),
        ("½" * 50, True),  # three characters each, once they are normalized
        ("½" * 51, False),
        ("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 150, False),  # eighteen
        ("\N{ROLLING ON THE FLOOR LAUGHING}" * 150, True),
        ("a\0b", False),
        ("\0", False),
        ("\N{RIGHT-TO-LEFT OVERRIDE}\x7f\x1b", True),
        ("' OR 1=1 --", True),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_any_name_is_a_wrong_name(client: Client, name: str, is_stored: bool) -> None:
    assert log_in(client, name) == (200, True)
    assert AccessAttempt.objects.exists() == is_stored


@pytest.mark.parametrize("password", ["p" * LONG, "a\0b", "\0", "½" * 200], ids=lambda value: ascii(value)[:10])
def test_any_password_is_a_wrong_password(client: Client, password: str) -> None:
    assert log_in(client, "somebody", password) == (200, True)


def test_a_name_as_long_as_names_can_be_logs_in(client: Client) -> None:
    name = "n" * 150
    User.objects.create_user(name, password=PASSWORD, is_staff=True)
    assert log_in(client, name, PASSWORD)[0] == 302


@pytest.mark.parametrize("name", ["", " "])
def test_a_name_must_be_given(client: Client, name: str) -> None:
    page = client.post(LOGIN, {"username": name, "password": "p"})
    assert (page.status_code, "This field is required." in page.text) == (200, True)


@pytest.mark.parametrize(
    ("following", "goes_to"),
    [
        ("/admin/dlq/backfilldlq/", "/admin/dlq/backfilldlq/"),
        ("https://elsewhere.example/", "/admin/"),
        ("//elsewhere.example", "/admin/"),
        ("http://[", "/admin/"),
        ("javascript:alert(1)", "/admin/"),
        ("/\0", "/%00"),
        ("/\r\nX-Header: 1", "/%0D%0AX-Header:%201"),
        ("\0", "/admin/"),
    ],
    ids=ascii,
)
def test_next_leads_nowhere_else(client: Client, following: str, goes_to: str) -> None:
    User.objects.create_user("somebody", password=PASSWORD, is_staff=True)
    address = f"{LOGIN}?{urlencode({'next': following})}"
    assert client.get(address).status_code == 200
    form = {"username": "somebody", "password": "wrong", "next": following}
    assert client.post(address, form).status_code == 200
    answer = client.post(address, form | {"password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, goes_to)


def test_a_long_next(client: Client) -> None:
    address = f"{LOGIN}?{urlencode({'next': '/' + 'x' * LONG})}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"username": "somebody", "password": "wrong"}).status_code == 200


def send(client: Client, field: str, value: bytes, charset: str) -> tuple[int, bool]:
    """A form by multipart/form-data, which alone may have a charset; gives what `log_in` gives."""
    fields = {"username": b"somebody", "password": b"wrong"} | {field: value}
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (n.encode(), v) for n, v in fields.items()
    ]
    body = b"".join([*parts, b"--x--\r\n"])
    page = client.generic("POST", LOGIN, body, content_type=f"multipart/form-data; boundary=x; charset={charset}")
    return page.status_code, WRONG in page.text


@pytest.mark.parametrize("field", ["username", "password", "next", "other"])
@pytest.mark.parametrize(
    ("charset", "half_a_pair"), [("unicode_escape", rb"\ud800"), ("utf-7", b"+2AA-"), ("rot13", b"a"), ("idna", b"a")]
)
def test_another_charset_is_refused(client: Client, field: str, charset: str, half_a_pair: bytes) -> None:
    assert send(client, field, half_a_pair, charset) == (400, False)


@pytest.mark.parametrize("field", ["username", "password", "next", "other"])
@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "unknown", ""])
def test_half_a_surrogate_pair_in_utf8_is_a_wrong_name(client: Client, field: str, charset: str) -> None:
    assert send(client, field, b"\xed\xa0\x80", charset) == (200, True)
