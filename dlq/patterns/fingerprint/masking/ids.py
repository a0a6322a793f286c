"""What services, tools and runtimes say besides what went wrong: the ids of calls and objects, how often it was tried."""

from __future__ import annotations

import re

from dlq.patterns.fingerprint.evidence import CAPITAL

LABELLED_ID = re.compile(
    r"(?P<label>\b(?:extended )?(?:request|host|trace|span|correlation|transaction|session|message|activity|event|delivery"
    r"|invocation)[ _-]?id\\?[\"']?\s?[:=]\s?)(?:(?=[^\s,;)\]}<]{0,199}[0-9]|\S{20})[^\s,;)\]}<]{4,200}|(?=[,;]))",
    re.IGNORECASE,
)
"""What services say to be the id of one call, whatever it is made of, or nothing."""
CALL = re.compile(
    r"(?<=[\w)])[,;] (?:\w{1,20} )?(?:(?:Extended )?Request ID: [^,;()\n]{0,200}|Proxy: null|SDK Attempt Count: [0-9]{1,3})"
    r"(?=[,;)])"
    r"| \(SDK Attempt Count: [0-9]{1,3}\)|[,;] attempt [0-9]{1,3}(?=[,)])| \(attempt [0-9]{1,3}(?:(?:/| of )[0-9]{1,3})?\)"
)
"""What AWS says of a call besides its service and status, more of it in some versions: (Service: S3, Status Code: 403, …); and
how often it was tried, which some say only the second time."""
TRUNCATED = re.compile(r"(?<=\bTruncated value: )'[^\n]{0,2000}")
"""SQL Server's: it does not double the quotation marks within."""
INSPECTED = re.compile(r"(#<[A-Z]\w{0,60}(?:::\w{1,60}){0,6}):(?:0x|fd )[^<>\n]{0,500}>")
"""As Ruby prints an object: #<TCPSocket:fd 27>."""
TOWN = re.compile(
    rf"(?P<address>\b(?i:sent|plz|zip|city|ort|address|adresse)\W{{1,3}})[0-9]{{4,6}} {CAPITAL}[a-zà-ÿ-]{{2,40}}(?=[),;]|$)",
    re.MULTILINE,
)
"""Behind its postal code."""


def with_ids_masked(text: str) -> str:
    text = TRUNCATED.sub("<quoted>", text)
    text = INSPECTED.sub(r"\1>", CALL.sub("", text))
    text = TOWN.sub(r"\g<address><town>", text)
    return LABELLED_ID.sub(r"\g<label><id>", text)
