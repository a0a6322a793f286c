"""A browser, as far as headers and cookies go, at an address of its own: each address of 127.0.0.0/8 is this machine."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    HTTPCookieProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from tests.support.nginx import Front

LOGIN = "/admin/login/?next=/admin/"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_: object) -> None:
        return None


class Visitor:
    """`headers` are sent with every request, beside those of a browser."""

    def __init__(self, front: Front, address: str, **headers: str) -> None:
        self.front = front
        self.jar = CookieJar()
        source = {"source_address": (address, 0)}

        class FromHere(HTTPHandler):
            def http_open(self, request: Request) -> http.client.HTTPResponse:
                return self.do_open(http.client.HTTPConnection, request, **source)

        class SecurelyFromHere(HTTPSHandler):
            def https_open(self, request: Request) -> http.client.HTTPResponse:
                return self.do_open(http.client.HTTPSConnection, request, context=front.trust, **source)

        self.opener = build_opener(ProxyHandler({}), FromHere, SecurelyFromHere, _Stay, HTTPCookieProcessor(self.jar))
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def open(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """`path` below the https address, or a whole address. With a form it is sent by POST."""
        url = path if path.startswith("http") else self.front.https + path
        request = Request(url, urlencode(form).encode() if form else None, self.headers | headers)
        try:
            response = self.opener.open(request)
        except HTTPError as error:
            response = error
        with response:
            return Answer(response.status, response.headers, response.read().decode())

    def log_in(self, name: str, password: str, **headers: str) -> Answer:
        """What the log-in form gives. Without headers it has the Origin that a browser sends."""
        self.open(LOGIN)
        form = {"username": name, "password": password, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        return self.open(LOGIN, form, **headers or {"Origin": self.front.https})

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.jar}
