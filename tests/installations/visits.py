"""A browser, as far as pages, forms and redirects go, that keeps to one admin site."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

LEADS = ("href", "hx-get")
MOST_REDIRECTS = 5
Fields = list[tuple[str, str]]


@dataclass
class Form:
    address: str
    is_post: bool
    fields: Fields = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)

    def filled(self, **values: str) -> Fields:
        return [(name, value) for name, value in self.fields if name not in values] + list(values.items())


class Document(HTMLParser):
    """Links, assets and forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.assets: set[str] = set()
        self.forms: list[Form] = []
        self._in: Form | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in ("link", "script", "img"):
            self.assets |= (
                {given[name] for name in ("href", "src") if given.get(name)} if _is_asset(tag, given) else set()
            )
        else:
            self.links |= {given[name] for name in LEADS if given.get(name)}
        if tag == "form":
            self._in = Form(given.get("action", ""), given.get("method", "").lower() == "post")
            self.forms.append(self._in)
        if self._in and tag in ("input", "textarea", "select", "button"):
            _add(self._in, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in = None


def _is_asset(tag: str, given: dict[str, str]) -> bool:
    return tag != "link" or given.get("rel", "") in ("stylesheet", "icon", "shortcut icon")


def _add(form: Form, tag: str, given: dict[str, str]) -> None:
    name, kind = given.get("name", ""), given.get("type", "")
    if tag == "button" or kind == "submit":
        form.buttons.append(name)
    elif (name and kind not in ("checkbox", "radio")) or "checked" in given:
        form.fields.append((name, given.get("value", "")))


@dataclass(frozen=True)
class Visited:
    path: str
    status: int
    headers: HTTPMessage
    text: str

    @property
    def document(self) -> Document:
        return Document(self.text)

    def form(self, *buttons_or_fields: str) -> Form:
        """The one form that is sent by POST and has these."""
        for form in self.document.forms:
            names = {name for name, _value in form.fields} | {*form.buttons}
            if form.is_post and {*buttons_or_fields} <= names:
                return form
        raise AssertionError(f"{self.path} has no form with {buttons_or_fields}")


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """`site` is where its admin begins; a link or redirect of it that leads to another site is a fault."""

    def __init__(self, server: str, site: str) -> None:
        self.server, self.site = server, site
        self.jar = CookieJar()
        self._opener = build_opener(ProxyHandler({}), _Stay, HTTPCookieProcessor(self.jar))

    def open(self, path: str, form: Fields | None = None) -> Visited:
        """With redirects followed. Anything but a page is a fault."""
        for _redirect in range(MOST_REDIRECTS):
            visited = self.ask(path, form)
            if visited.status not in (301, 302, 303):
                assert visited.status == 200, f"{path} answered {visited.status}: {visited.text[-2000:]}"
                return visited
            path, form = self.within(path, visited.headers["Location"]), None
        raise AssertionError(f"{path} leads on and on")

    def ask(self, path: str, form: Fields | None = None) -> Visited:
        request = Request(self.server + path, urlencode(form).encode() if form is not None else None)
        try:
            response = self._opener.open(request, timeout=60)
        except HTTPError as error:
            response = error
        with response:
            return Visited(path, response.status, response.headers, response.read().decode(errors="replace"))

    def within(self, page: str, address: str) -> str:
        """The path that an address on a page means."""
        parts = urlsplit(urljoin(self.server + page, address))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        assert path.startswith(self.site), f"{page} leads to {path}, out of its site {self.site}"
        return path

    def send(self, page: Visited, form: Form, **values: str) -> Visited:
        address = self.within(page.path, form.address or page.path)
        return self.open(address, form.filled(**values))

    def log_in(self, name: str, password: str) -> Visited:
        page = self.open(self.site)
        return self.send(page, page.form("username"), username=name, password=password)
