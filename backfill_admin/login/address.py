"""Whose wrong passwords count together: the address of a client, through as many proxies as the settings trust."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

HOST_BITS = 64
"""An IPv6 client has a whole network of addresses to choose from, so the network stands for it."""


def client_address(request: HttpRequest) -> str | None:
    """The address that the outermost trusted proxy saw, or without trusted proxies the connection's.

    Each proxy adds the address that it saw at the right of X-Forwarded-For. What stands further to the left was sent by the
    client and can be anything. A header that is too short did not come through all the proxies: the connection's, too.
    None of a connection that has no address (a Unix socket).
    """
    proxies: int = settings.PROXIES
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    forwarded = _client(seen[-proxies]) if 0 < proxies <= len(seen) else None
    return forwarded or _client(request.META.get("REMOTE_ADDR", ""))


def _client(text: str) -> str | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> HOST_BITS << HOST_BITS))
