"""What an XML answer says: S3's <Error>, SOAP's faults with the sentences of their details."""

from __future__ import annotations

import re

MOST_SENTENCES = 6
CODE = re.compile(r"<(?:\w{1,20}:)?(?:Code|faultcode)>([^<]{1,200})|^\s*<(\w{0,40}(?:Error|Exception|Fault))\b")
SENTENCE = re.compile(r"<(?:\w{1,20}:)?(?:faultstring|Text|Reason|\w{0,30}[Mm]essage)(?: [^>\n]{0,100})?>([^<]{1,500})")


def xml_fault(text: str) -> tuple[str, str] | None:
    """Its code and what it says, behind what stands before the document; None for a text without one."""
    code = CODE.search(text)
    said = list(dict.fromkeys(SENTENCE.findall(text)))[:MOST_SENTENCES]
    if code is None or not (said or code[1]):
        return None
    return code[1] or code[2], " ".join([text[: text.index("<")].strip(), *said]).strip()
