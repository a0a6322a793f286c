"""Random requests: an address that there is, or nearly, with parameters, fields, headers and cookies, most of them plausible."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, quote_from_bytes

from dlq.filters import DlqFilterSet
from tests.requests.judge import MEANINGS
from tests.requests.places import Place
from tests.requests.words import DJANGOS, SURROGATE, unknown_name, value
from tests.requests.world import World

FILTERS = tuple(DlqFilterSet.base_filters)
CURSORS = ("p", "e", "o", "after", "before", "at", "far", "_popup")
KNOWN: dict[str, tuple[str, ...]] = {
    "dlq_backfilldlq_changelist": (*FILTERS, *MEANINGS, *MEANINGS, *CURSORS),
    "dlq_backfilldlq_statistics": (*FILTERS, "window", "by", "table"),
    "dlq_backfilldlq_snapshot": FILTERS,
    "dlq_backfilldlq_export": (*FILTERS, "format", "token"),
    "dlq_backfilldlq_export_progress": ("token", "expected", "tries", "seen"),
    "dlq_backfilldlq_count": (*FILTERS, "exactly"),
    "dlq_backfilldlq_breakdown": FILTERS,
    "dlq_backfilldlq_common": FILTERS,
    "dlq_backfilldlq_values": ("of", "task_identifier", "queue_name"),
    "dlq_backfilldlq_confirmed_count": ("token",),
    "dlq_backfilldlq_payload": ("column",),
    "dlq_bulkoperation_changelist": ("q", "kind__exact", "state__exact", "actor", "p", "o", "e", "all", "_popup"),
    "dlq_bulkoperation_change": ("code", "page"),
    "dlq_deletedentry_changelist": ("q", "operation__id__exact", "p", "o", "e", "all", "_popup"),
    "dlq_failurepattern_regroup": ("merge", "split", "undo"),
    "dlq_failurepattern_changelist": ("q", "task", "assignee", "owner", "state", "order", "page"),
}
"""The parameters that the pages know."""
ACTIONS = ("action", "_selected_action", "_selected_action", "select_across", "index", "_save", "form-TOTAL_FORMS")
CONFIRMED = (
    *(
        "token",
        "reason",
        "note",
        "notes",
        "confirm_count",
        "key_policy",
        "also_other_tasks",
        "also_on_their_way",
        "also_recovered",
        "run_at",
        "replace",
    ),
    *("spread_minutes", "canary_size", "canary_needed", "canary_minutes", "priority", "queue_name", "max_attempts"),
)
FIELDS: dict[str, tuple[str, ...]] = {
    "dlq_backfilldlq_changelist": ACTIONS,
    "dlq_deletedentry_changelist": ACTIONS,
    "dlq_backfilldlq_confirmed": CONFIRMED,
    "dlq_backfilldlq_change": ("notes", "seen", "recall"),
    "dlq_backfilldlq_delete": ("post",),
    "dlq_bulkoperation_change": (
        "drive",
        "pause",
        "resume",
        "cancel",
        "restore",
        "recall",
        "requeue_gone",
        "requeue_left",
    ),
    "dlq_failurepattern_regroup": ("mark",),
    "dlq_failurepattern_change": (
        *(
            "requeue_all",
            "edit_all",
            "delete_all",
            "state",
            "muted_until",
            "assignee",
            "advice",
            "advice_text",
            "runbook_url",
            "notes",
            "seen",
        ),
    ),
    "login": ("username", "password", "next"),
}
"""The fields of their forms."""

METHODS = (
    "GET",
    "GET",
    "GET",
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "FOO",
)
ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati")
COOKIES = {
    "dlq_tz": (*ZONES, *ZONES, "Europe", "../../etc/passwd", "x" * 4_000, '"\\000"', "posix/UTC", "é", "Etc/GMT+14"),
    "messages": ("x", '"\\000"', "W1tdXQ:x:y", "[[]]", "x" * 4_000, SURROGATE),
    "csrftoken": ("x", "x" * 64, '"\\000"', "é"),
    "sessionid": (
        "x" * 32,
        '"\\000\\000\\000\\000\\000\\000\\000\\000\\000"',
        "é" * 40,
        "x" * 4_000,
        "' OR 1=1 --" * 4,
    ),
}
HEADERS = {
    "HX-Request": ("true", "false", "x"),
    "HX-Target": ("x", "#" * 5_000, "é"),
    "HX-Current-URL": ("http://testserver/admin/", "x", "http://[", "\xff"),
    "Host": ("127.0.0.1", "localhost:1", "example.org", "[::1]", "[", "a b", "x" * 300, "127.0.0.1:99999999"),
    "Accept": ("text/html", "application/json", "*/*;q=9", "x" * 5_000, ",;,"),
    "Accept-Language": ("de", "x-y-z-" * 500, "*", "é"),
    "Accept-Encoding": ("gzip", "br", "identity;q=0"),
    "X-Forwarded-For": ("1.2.3.4", "x", ",,,", "::1"),
    "X-Forwarded-Proto": ("https", "x"),
    "X-Requested-With": ("XMLHttpRequest",),
    "X-HTTP-Method-Override": ("DELETE",),
    "If-Modified-Since": ("x", "Wed, 21 Oct 2099 07:28:00 GMT"),
    "If-None-Match": ("*", '"x'),
    "Range": ("bytes=0-1", "bytes=-", "x"),
    "Origin": ("null", "http://example.org", "http://["),
    "Referer": ("x", "http://[", "http://testserver/"),
    "Content-Encoding": ("gzip",),
    "Transfer-Encoding": ("chunked",),
    "User-Agent": ("", "x" * 5_000),
}
CHARSETS = (
    "",
    "; charset=utf-8",
    "; charset=utf-16",
    "; charset=latin-1",
    "; charset=x",
    "; charset=idna",
    "; charset=",
)


@dataclass(frozen=True)
class Request:
    """What is sent; `query` and `body` as they travel."""

    person: str
    place: Place
    method: str
    path: str
    query: str
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def is_safe(self) -> bool:
        return self.method in ("GET", "HEAD", "OPTIONS", "TRACE")

    def __str__(self) -> str:
        body = f"\n{self.content_type}\n{self.body[:3_000]!r}" if self.body else ""
        return f"{self.method} {self.path}?{self.query[:600]} by {self.person}\n{self.headers} {self.cookies}{body}"


class Generator:
    def __init__(self, random: Random, world: World, places: Sequence[Place]) -> None:
        self.random, self.world = random, world
        self.places = list(places)
        self.weights = list(map(_weight, places))

    def request(self) -> Request:
        (place,) = self.random.choices(self.places, self.weights)
        method = self.random.choice(METHODS)
        body, content_type = self._body(place) if method not in ("GET", "HEAD") else (b"", "")
        return Request(
            person=self.random.choice(list(self.world.people)),
            place=place,
            method=method,
            path="/" + place.route.replace("{}", "%s") % tuple(self._part() for _ in range(place.route.count("{}"))),
            query=self._query(place),
            body=body,
            content_type=content_type,
            headers=self._some(HEADERS, 0.15),
            cookies=self._some(COOKIES, 0.1),
        )

    def _some(self, offered: dict[str, tuple[str, ...]], share: float) -> dict[str, str]:
        if self.random.random() > share:
            return {}
        names = self.random.sample(list(offered), self.random.randint(1, 2))
        return {name: self.random.choice(offered[name]) for name in names}

    def _part(self) -> str:
        """Of a path."""
        text = self.random.choice(self.world.ids) if self.random.random() < 0.8 else value(self.random, self.world.ids)
        return _quoted(text[:2_000])

    def _query(self, place: Place) -> str:
        pairs = [
            self._pair(KNOWN.get(place.name, FILTERS)) for _ in range(self.random.choice((0, 1, 1, 1, 2, 2, 3, 5)))
        ]
        if self.random.random() < 0.005:
            pairs *= 500
        text = "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in pairs)
        return (
            text
            if self.random.random() < 0.95
            else text + self.random.choice(("&", "=", "%", "%zz", "&&=&", "#", "?", "%00", ";", "\xff"))
        )

    def _pair(self, names: Sequence[str]) -> tuple[str, str]:
        chance = self.random.random()
        if chance < 0.06:
            name = unknown_name(self.random)
        elif chance < 0.09:
            name = self.random.choice((*FILTERS, *CURSORS, *DJANGOS))
        else:
            name = self.random.choice(names)
        likely = self.world.tokens if name == "token" else self.world.likely.get(name, ())
        return name, value(self.random, likely)

    def _body(self, place: Place) -> tuple[bytes, str]:
        names = FIELDS.get(place.name, ("post",))
        pairs = [self._pair(names) for _ in range(self.random.choice((0, 1, 2, 3, 5, 8)))]
        if names is ACTIONS and self.random.random() < 0.7:
            pairs += [("action", self.random.choice(self.world.likely["action"])), ("index", "0")]
        if self.random.random() < 0.01:
            pairs += [("x", "1")] * 1_500
        return self._encoded(pairs)

    def _encoded(self, pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
        form = "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in pairs).encode()
        charset = self.random.choice(CHARSETS) if self.random.random() < 0.1 else ""
        chance = self.random.random()
        if chance < 0.75:
            return form, f"application/x-www-form-urlencoded{charset}"
        if chance < 0.85:
            return self._multipart(pairs), f"multipart/form-data; boundary=b{charset}"
        if chance < 0.9:
            return form, self.random.choice(
                ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xff")
            )
        if chance < 0.91:
            return form + b"&x=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"
        return json.dumps(pairs).encode(), self.random.choice(
            ("application/json", "text/plain", "x", "", "application/xml", ";;")
        )

    def _multipart(self, pairs: list[tuple[str, str]]) -> bytes:
        file = self.random.choice(("", '; filename="x.csv"', '; filename="../x\x00"', "; filename*=utf-8''%ff"))
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{text}\r\n'.encode(
                "utf-8", "surrogatepass"
            )
            for name, text in pairs
        ]
        whole = b"".join(parts) + b"--b--\r\n"
        return whole[: self.random.randint(0, len(whole))] if self.random.random() < 0.2 else whole


def _weight(place: Place) -> float:
    """How often it is asked for; the list most, since it is looked at closely."""
    if place.name == "dlq_backfilldlq_changelist":
        return 60.0
    return (12.0 if place.name in (*KNOWN, *FIELDS) else 3.0) if place.is_ours else 1.0


def _quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass")) if not text.isascii() else quote(text)
