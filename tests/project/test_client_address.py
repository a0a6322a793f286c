"""Whose wrong passwords count together."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from backfill_admin.login.address import client_address

PROXY = "127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, PROXY),
        (0, "192.0.2.1", PROXY),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9, 192.0.2.1", "192.0.2.1"),  # what the client sent, and what the proxy added
        (1, "nonsense,192.0.2.1", "192.0.2.1"),
        (1, " 192.0.2.1 ", "192.0.2.1"),
        (2, "192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "198.51.100.9, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", PROXY),  # did not come through both
        (1, "unknown", PROXY),
        (1, "192.0.2.1:1234", PROXY),
        (1, "192.0.2.1\0", PROXY),
        (1, "2001:db8::1", "2001:db8::"),
        (1, "2001:db8:0:0:ffff::2", "2001:db8::"),
        (1, "2001:db8:0:1::2", "2001:db8:0:1::"),
        (1, "fe80::1%eth0", "fe80::"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(
    settings: Settings, proxies: int, forwarded: str | None, address: str
) -> None:
    settings.PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=PROXY)) == address


def test_a_unix_socket_has_none() -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None
