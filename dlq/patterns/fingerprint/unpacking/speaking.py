"""Which parts of a document tell of an error, by the keys that services and libraries use, and not of the data that was wrong."""

from __future__ import annotations

import re
from typing import Any

from dlq.patterns.fingerprint.unpacking.keys import plain_key

DEEPEST = 8  # causes within causes
MOST_ITEMS = 10  # of a list

MESSAGES = (
    "message", "errormessage", "excmessage", "msg", "errormsg", "errordescription", "description", "detail", "failedreason",
    "faultstring", "faultmessage", "reason", "error", "title", "text", "statustext", "stderr", "info", "output", "body",
    "exception", "explanation", "diagnostics", "resultdesc", "resultdescription", "statusreason", "statusmessage",
)  # fmt: skip
"""Keys that hold the sentence, the most telling first."""
CLASSES = (
    "name",
    "type",
    "class",
    "errorclass",
    "exceptionclass",
    "exception",
    "errortype",
    "errorname",
    "kind",
    "@type",
)
CODES = (
    "code", "status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "errorcode", "sqlstate", "errno", "declinecode",
    "exitcode", "responsecode", "smtpcode", "signal",
)  # fmt: skip
STACKS = ("stack", "stacktrace", "traceback", "trace", "backtrace")
CAUSES = (
    "cause", "causes", "inner", "innererror", "innerexception", "previous", "source", "rootcause", "original", "originalerror",
    "causedby", "errors", "usererrors", "validationerrors", "modelerrors", "problems", "elements", "failures", "response", "err",
    "error", "exception", "detail", "details", "data", "fault", "body", "extensions", "issue", "issues",
)  # fmt: skip
OF_DATA_TOO = {"issue", "issues"}
"""Of an error only where the object says more of one: a ticket has an "issue", too."""
STATE = re.compile(r"[a-z]{2,30}(?:_[a-z]{2,30}){1,6}|[A-Z]{2,30}(?:_[A-Z]{2,30}){1,6}")
ATTEMPTS = {"attempt", "attempts", "try", "at", "time", "timestamp", "date"}
"""Keys of an item in a list of failed attempts, of which the last one counts."""


def speaks(inner: Any) -> bool:
    """Whether it is an error's description and not, say, the data that was wrong."""
    items = inner if isinstance(inner, list) else [inner]
    known = {*MESSAGES, *STACKS, *CODES, "errors", "exception"}
    return any(isinstance(item, dict) and known & {plain_key(key) for key in item} for item in items[:MOST_ITEMS])


def wrapped(value: Any, depth: int = 0) -> list[Any]:
    """What speaks within an object that does not, as GraphQL's {"orderUpdate": {"userErrors": [{"message": …}]}}."""
    found = []
    for inner in list(value.values())[:MOST_ITEMS] if isinstance(value, dict) and depth < DEEPEST else []:
        items = inner if isinstance(inner, list) else [inner]
        if any(isinstance(item, dict) and _says(item) for item in items[:MOST_ITEMS]):
            found.append(inner)
        else:
            found.extend(one for item in items[:MOST_ITEMS] for one in wrapped(item, depth + 1))
    return found


def named_states(value: Any, depth: int = 0) -> list[str]:
    """What an object without a sentence tells by names: state "out_of_paper" of {"printer": {"state": "out_of_paper"}}."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return []
    found = []
    for key, inner in sorted(value.items())[:MOST_ITEMS]:
        if isinstance(inner, str) and STATE.fullmatch(inner):
            found.append(f'{key} "{inner}"')
        found.extend(named_states(inner, depth + 1))
    return found


def is_about_errors(content: Any) -> bool:
    items = content if isinstance(content, list) else [content]
    return any(
        isinstance(item, dict) and {"severity", "message", "diagnostics"} & {*item} for item in items[:MOST_ITEMS]
    )


def _says(item: dict[str, Any]) -> bool:
    return isinstance(item.get("error"), dict) or any(
        isinstance(item.get(key), str) for key in ("message", "diagnostics", "issue")
    )
