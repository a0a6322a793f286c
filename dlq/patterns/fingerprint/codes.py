"""Codes that always tell failures apart: HTTP status, SQLSTATE, SMTP reply, errno, exit code, signal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dlq.patterns.fingerprint.tokens import CODE, LETTER, SEGMENT, SQLSTATE

ALONE_BEFORE = rf"(?<!{LETTER})"
ALONE_AFTER = rf"(?=\.?(?:(?!{LETTER})|$))"

HTTP = r"(?P<http>[1-5][0-9]{2})"
REASONS = (
    "Bad|Unauthori[sz]ed|Payment|Forbidden|Not|Method|Proxy|Request|Conflict|Gone|Length|Precondition|Payload|Content|URI|Unsupported"
    "|Range|Expectation|I'm|Misdirected|Unprocessable|Locked|Failed|Too|Upgrade|Unavailable|Internal|Service|Gateway|Server|Client"
    "|Insufficient|Loop|Network|Temporary|Moved|Found|SERVICE|NOT|BAD|INTERNAL|TOO|GATEWAY|FORBIDDEN|UNAUTHORIZED|CONFLICT"
)
ANNOUNCES = (
    r"(?:\A|(?<=[\[({:;,=>|/\"'`-])|(?<=[\])}:;,=>|] )"
    r"|\b(?i:error|err|errno|code|exception|reason|warning|status|fault|alarm|failure|fehler|fehlercode|erreur|was|is|got|answered"
    r"|returned|replied|responded|reported|raised|received|shows|says|displays|threw|refused|gave|meldet|zeigt) )"
)
"""What stands before E1001 where it is a code: behind any other word it is somebody's or something's number."""
THINGS = ("ostal", "zip", "area", "item", "country", "product", "voucher", "promo", "currency", "bank")
NOT_OF_THINGS = "".join(f"(?<!{thing} )" for thing in THINGS)
"""A postal code is no code of an error."""
NO_NOUN = (
    rf"(?=\s*(?:[.,;:)\]\"']|$|\((?:{REASONS})|-|from\b|for\b|on\b|at\b|response|status|while|when|after|error"
    rf"|(?:{REASONS})\b))"
)
"""Behind a number that is a code: "got 503 from …", but not "got 120 items"."""
BEFORE_HTTP = r"http(?:/[0-9](?:\.[0-9])?)?|status|status ?code|(?:responded|replied|answered)(?: with)?"
MAYBE_HTTP = "response|returned|upstream|giving up after|success|received|got|error|with|unexpected"
STATUS = r"(?:20[0-7]|30[0-8]|[45][0-9]{2})"
"""Those that there are: a number behind "got" or "returned" may be one of anything."""
COUNTS = re.compile(
    r"\b(?:expected|most|least|needed|max(?:imum)?|limit|rows|columns|characters|lines|items|count)\b", re.IGNORECASE
)
"""In a sentence that counts something such a number is no status."""
ISO = "(?:A[CGM]|BE|C[NU]|D[NSTU]|ED|FF|M[DS]|R[CFR]|SL|TM)[0-9]{2}"
"""Why a bank returns a payment, by ISO 20022: AC01, MD07."""
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?i:{BEFORE_HTTP})[^\w]{{1,4}}(?:an? )?{ALONE_BEFORE}{HTTP}{ALONE_AFTER}",
        rf"(?:(?<![0-9] )(?:->|=>|→) |\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) \S{{1,500}} )"
        rf"{ALONE_BEFORE}(?P<http8>{STATUS}){ALONE_AFTER}",
        rf"(?i:\b{NOT_OF_THINGS}code)[^\w]{{1,4}}{ALONE_BEFORE}(?P<http2>[1-5][0-9]{{2}}){ALONE_AFTER}{NO_NOUN}",
        rf"\b(?i:{MAYBE_HTTP})[^\w]{{1,4}}(?:an? (?:HTTP )?)?{ALONE_BEFORE}(?P<http7>{STATUS}){ALONE_AFTER}{NO_NOUN}",
        rf"(?<![A-Z][a-z] )(?<![a-z] )(?<![a-z]{{2}}=){ALONE_BEFORE}(?P<http3>[1-5][0-9]{{2}}) \(?(?:{REASONS})\b",
        r"\b(?:failed|error|server|client|with|code|received|returned|got|was|is|status|upstream) "
        rf"{ALONE_BEFORE}(?P<http4>[1-5][0-9]{{2}}) \(?(?:{REASONS})\b",
        rf"\A\W{{0,2}}(?P<http5>[1-5][0-9]{{2}})(?=:(?![0-9])|\s(?:-\s)?(?:[0-9]\.[0-9]\.[0-9]|(?:{REASONS})\b))",
        rf"(?i:sqlstate)\W{{1,4}}(?P<sqlstate>{SQLSTATE})\b",
        # Without a letter it may be an amount.
        rf"(?:(?<=[0-9]{{4}} )|(?=\([0-9]{{0,4}}[A-Z]))\((?P<sqlstate2>{SQLSTATE})\)|\A\W{{0,2}}(?P<sqlstate4>{SQLSTATE})(?=:)",
        r"(?:\A|[\s:])\((?P<tuple>[45][0-9]{2}), ?b?['\"]",
        rf"{ALONE_BEFORE}(?P<sqlstate3>[245][0-8]P[0-9]{{2}}){ALONE_AFTER}",
        r"(?i:errno|os error|curl error|exit(?: code| status)?|exited(?: with(?: code)?)?|\brc|signal"
        rf"|(?:error|status|return|reply|result|response) ?code)[^\w-]{{1,4}}"
        rf"{ALONE_BEFORE}(?P<number>-?[0-9]{{1,3}}){ALONE_AFTER}",
        rf"(?:\b{NOT_OF_THINGS}(?i:code|status)|[a-z]Code|_code)[\"']?(?:\s?[=:]\s?|\s)[\"']?"
        rf"{ALONE_BEFORE}(?P<number2>-?[0-9]{{1,3}}){ALONE_AFTER}{NO_NOUN}",
        # Within a quotation only where it is all of it: 'E27 / warm' is a lamp.
        rf"{ANNOUNCES}{ALONE_BEFORE}(?:(?<!['\"`])|(?=[A-Z0-9-]{{2,10}}['\"`]))"
        r"(?<!found: )(?<!missing: )(?<!stocked \()"
        rf"(?P<named>E[0-9]{{1,5}}|P[12][0-9]{{3}}){ALONE_AFTER}(?! (?:already|and|are)\b)",
        rf"{ALONE_BEFORE}(?P<named2>TS[0-9]{{4}}|(?:ORA|PLS|TNS)-[0-9]{{5}}){ALONE_AFTER}",
        r"(?:failed|failure|error|refused|unavailable|denied|rejected)[\w ]{0,20} [(\[](?P<http6>[45][0-9]{2})[)\]]",
        r"declined[\w ]{0,20} \((?P<card>[0-9]{2})\)",
        r"(?i:\b(?:rejected|return(?:ed)?|refused|reason|code|status)\W{1,3}(?:code )?)"
        rf"(?P<iso>{ISO}|R[0-9]{{2}}){ALONE_AFTER}",
        rf"\((?P<iso2>{ISO})\)",
        r"\[(?P<errno>E[A-Z_]{3,30}|ERR_[A-Z_]{3,60})\]",
        rf"(?:(?i:field|segment|element|component|hl7)\W{{1,3}}|\b(?:at|missing in) |\|)(?P<segment>{SEGMENT}){ALONE_AFTER}",
        # Active Directory says there why it refused a log-in: a wrong password, an expired one, a locked account.
        r"\bAcceptSecurityContext error, data (?P<login>[0-9a-f]{3}), v",
    )
)


def codes_in(text: str) -> list[str]:
    """In the order of the forms, each once."""
    return list(dict.fromkeys(_found(text)))


BESIDE = re.compile(
    r"^[\s{]{0,20}['\"]?(?:code|[Ee]rror ?[Cc]ode|error_code|statusCode|status)['\"]?: ['\"]?([\w-]{1,60})['\"]?,?$",
    re.MULTILINE,
)


def codes_beside(text: str) -> list[str]:
    """On a line of its own: `code: 'ECONNREFUSED',`, as Node prints behind the frames; `ErrorCode: BlobNotFound` of .NET."""
    return BESIDE.findall(text)


def _found(text: str) -> Iterator[str]:
    if "[" not in text and not any(letter.isdigit() for letter in text):
        return
    for form in FORMS:
        for match in form.finditer(text):
            if match.lastgroup == "http7" and COUNTS.search(text, max(0, match.start() - 80), match.start()):
                continue
            yield next(value for value in match.groupdict().values() if value)


REASON = re.compile(r"[A-Z]{2}[0-9]{2}")
"""Of ISO 20022, as banks give it: AC01."""


def telling(code: str) -> str | None:
    """A code that was kept beside the message: a word, or a number that the coarse key keeps; None for an id."""
    code = code.strip()
    if CODE.fullmatch(code) or REASON.fullmatch(code):
        return code
    return None if re.search(r"[0-9]", code) or not code else code
