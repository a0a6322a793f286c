"""Codes that always tell failures apart: HTTP status, SQLSTATE, SMTP reply, errno, exit code, signal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dlq.patterns.fingerprint.tokens import CODE, LETTER, SQLSTATE

ALONE_BEFORE = rf"(?<!{LETTER})"
ALONE_AFTER = rf"(?=\.?(?:(?!{LETTER})|$))"

HTTP = r"(?P<http>[1-5][0-9]{2})"
REASONS = (
    "Bad|Unauthori[sz]ed|Payment|Forbidden|Not|Method|Proxy|Request|Conflict|Gone|Length|Precondition|Payload|Content|URI|Unsupported"
    "|Range|Expectation|I'm|Misdirected|Unprocessable|Locked|Failed|Too|Upgrade|Unavailable|Internal|Service|Gateway|Server|Client"
    "|Insufficient|Loop|Network|Temporary|Moved|Found|SERVICE|NOT|BAD|INTERNAL|TOO|GATEWAY|FORBIDDEN|UNAUTHORIZED|CONFLICT"
)
FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?i:http(?:/[0-9](?:\.[0-9])?)?|status|code|response|responded with|returned|replied|replied with|received|answered"
        rf"|answered with|got|error|with|upstream|giving up after|unexpected|was)[^\w]{{1,4}}{ALONE_BEFORE}{HTTP}{ALONE_AFTER}",
        rf"{ALONE_BEFORE}{HTTP} (?:{REASONS})\b",
        rf"\A\W{{0,2}}{HTTP}(?=[\s:])",
        rf"(?i:sqlstate)\W{{1,4}}(?P<sqlstate>{SQLSTATE})\b",
        rf"\((?P<sqlstate2>{SQLSTATE})\)|\A\W{{0,2}}(?P<sqlstate4>{SQLSTATE})(?=:)",
        r"\((?P<tuple>[45][0-9]{2})[,)]",
        rf"{ALONE_BEFORE}(?P<sqlstate3>[245][0-8]P[0-9]{{2}}){ALONE_AFTER}",
        r"(?i:errno|os error|curl error|exit code|exit status|exited with|exited with code|status|signal|code)"
        rf"[^\w-]{{1,4}}{ALONE_BEFORE}(?P<number>-?[0-9]{{1,3}}){ALONE_AFTER}",
    )
)


def codes_in(text: str) -> list[str]:
    """In the order of the forms, each once."""
    return list(dict.fromkeys(_found(text)))


def _found(text: str) -> Iterator[str]:
    for form in FORMS:
        for match in form.finditer(text):
            yield next(value for value in match.groupdict().values() if value)


def telling(code: str) -> str | None:
    """A code that was kept beside the message: a word, or a number that the coarse key keeps; None for an id."""
    code = code.strip()
    if CODE.fullmatch(code):
        return code
    return None if re.search(r"[0-9]", code) or not code else code
