"""The changing parts of an error text, replaced by what kind of thing they are: `connect to <ip>:<int> failed`.

One alternation, so that a text is passed once; the first kind that matches wins, so long kinds come before short ones
that they contain. Every quantifier is bounded, or else the line is: no text, however made, takes more than a bounded time a
character.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from dlq.patterns.fingerprint.masking.ids import with_ids_masked
from dlq.patterns.fingerprint.masking.quotations import quotation
from dlq.patterns.fingerprint.masking.values import EXTENSION, with_values_masked
from dlq.patterns.fingerprint.tokens import ARITY, SHARED_LIBRARY

DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
MONTH = (
    r"(?:Jan(?:uary?)?|Feb(?:ruary?)?|Mar(?:ch)?|März?|Apr(?:il)?|Ma[iy]|Jun[ei]?|Jul[iy]?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?)\b"
)
CURRENCY = "EUR|USD|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|BRL|INR|CNY"

ASSIGNED = r"\w{1,30}=(?:'[^'\n]{0,200}'|[0-9]{1,9}|None)"

KINDS: dict[str, str] = {
    "name": rf"\b(?:{ARITY}|{SHARED_LIBRARY})(?![\w.]*\w)",
    "object": r"<[\w.]{3,200} object at 0x[0-9a-fA-F]{1,16}>|#(?:PID|Reference|Port)<[0-9.]{1,60}>|%\{[^{}\n]{0,2000}\}"
    rf"|\b[A-Z]\w{{2,60}}\({ASSIGNED}(?:, {ASSIGNED}){{0,7}}\)",
    "repository": r"\b[\w.-]{1,64}@[\w.-]{1,200}:[\w.~/-]{1,200}\.git\b",
    "email": r"(?:[A-Z][\w.'-]{0,40} ){1,4}<[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z][\w-]{1,62}>"
    r"|[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z][\w-]{1,62}",
    "url": r"\b[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>`)\]}|]{1,2048}",
    "jwt": r"\beyJ[\w-]{10,2000}(?:\.[\w-]{2,4000}){1,2}",
    "traceparent": r"\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b",
    "uuid": r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
    "date": (
        r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T _][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
        r"(?:\s?(?:Z\b|UTC\b|GMT\b|[+-][0-9]{2}:?[0-9]{2}\b))?"
        rf"|\b(?:{DAY},?\s{{1,2}})?[0-9]{{1,2}}[ -]{MONTH}[ -][0-9]{{4}}"
        r"(?:\s[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?(?:\s(?:[A-Z]{3,4}\b|[+-][0-9]{4}\b))?"
        rf"|\b(?:{DAY},?\s{{1,2}})?{MONTH}\s{{1,2}}[0-9]{{1,2}}\b"
        r"(?:,?\s[0-9]{4})?(?:\s[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?(?:\s[A-Z]{3,4}\b)?(?:\s[0-9]{4}\b)?"
        rf"|\b[0-9]{{1,2}}\.? {MONTH}\b|\b(?i:spring|summer|autumn|fall|winter|frühjahr|sommer|herbst) [0-9]{{4}}\b"
        rf"|\b{MONTH} [0-9]{{4}}\b|\b[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}\b(?:\s[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?)?"
        r"|\b[0-9]{1,2}/[0-9]{4}\b"
        r"|\b[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}\b(?:\s[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    ),
    "day": (
        r"(?<!column )(?<!field )\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch"
        r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b"
    ),
    "time": r"\b[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?:\s?(?:Z|UTC|GMT|[AP]M)\b)?",
    "ip": (
        r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b(?:/[0-9]{1,2}\b)?"
        r"|\[(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}\]"
        r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}(?::?[0-9a-fA-F]{1,4})(?![\w:])"
        r"|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){1,6}:(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5})?(?:%\w{1,16})?(?![\w:])"
    ),
    "host": (
        r"(?<![\w./@-])(?:[a-z0-9_][a-z0-9_-]{0,62}\.){1,8}"
        r"(?:com|net|org|edu|gov|mil|io|dev|app|cloud|co|uk|de|fr|nl|eu|us|ca|au|jp|cn|br|ch|at|it|es|se|pl|info|biz|ai|me|tv"
        r"|local|internal|intern|localdomain|lan|corp|test|example|invalid|svc|cluster|home|arpa|prod|staging)"
        r"(?![\w-]|\.\w)|\blocalhost\b"
        r"|\b(?:[A-Z0-9][A-Z0-9-]{0,62}\.){2,8}(?:COM|NET|ORG|LOCAL|INTERNAL|com|net|org|example|test|local)\b"
    ),
    "dn": r"\b(?i:cn|uid|ou|dc)=(?:[^,;=()\n\"']|\([^()\n]{1,40}\)){1,100}"
    r"(?:,\s?(?i:cn|uid|ou|dc|o|l|c|st)=[^,;=()\n\"':]{1,100}){1,16}",
    "iban": r"\b[A-Z]{2}[0-9]{2}(?: [0-9A-Z]{4}(?: [0-9]{4}){2,6}(?: [0-9]{1,3})?| ?(?:…|[*x.]{2,24}) ?[0-9A-Z]{2,6})\b",
    "image": r"(?<![\w./:@-])(?:[a-z0-9][a-z0-9._-]{0,60}/){1,4}[a-z0-9][a-z0-9_-]{0,60}:(?=[\w.-]{0,80}[0-9])[\w.-]{1,80}",
    "id": (
        r"\b[A-Za-z]{1,12}(?:[_-][A-Za-z]{1,12}){0,2}[_-](?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9]{3,64}\b"
        r"|\b[a-z]{2,8}_(?=[A-Za-z]{0,40}[A-Z])[A-Za-z]{14,64}\b"
        # One of a few: node-b. A node of OPC UA.
        r"|(?<![\w.-])(?:node|worker|host|server|db|pg|redis|broker|queue|pool|shard|lib|pacs|osrm|rack|gw|proxy|cache|api|web|app)"
        r"-[a-z]\b(?![.'’-])|\bns=[0-9]{1,5};[isgb]=(?:[^\s,):]|:(?=\S)){1,200}"
    ),
    "hash": r"\b(?=[a-fA-F]{0,127}[0-9])[0-9a-fA-F]{16,128}\b",
    "token": (
        r"\b(?=[A-Za-z_+-]{0,199}[0-9])[A-Za-z0-9_+-]{20,2000}={0,2}"
        r"|\b(?=[A-Za-z_+/-]{0,199}[0-9])(?=[a-z0-9_+/-]{0,199}[A-Z])[A-Za-z0-9_+/-]{20,2000}={0,2}"
    ),
    "duration": (
        r"\b(?:[0-9]{1,9}h)?(?:[0-9]{1,9}m)?[0-9]{1,12}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h)\b"
        r"|\b[0-9]{1,12}(?:[.,][0-9]{1,9})?\s?(?:nanoseconds?|microseconds?|milliseconds?|msecs?|ms|seconds?|secs?|s|h"
        r"|minutes?|mins?|hours?|hrs?|days?|weeks?)\b"
    ),
    "size": r"\b[0-9]{1,15}(?:[.,][0-9]{1,9}){0,5}\s?(?:bytes?|[KMGT]i?B|kB|B)\b",
    "amount": (
        r"[$€£¥]\s?[0-9]{1,15}(?:[.,][0-9]{1,9}){0,4}"
        rf"|\b[0-9]{{1,15}}(?:[.,][0-9]{{1,9}}){{0,4}}\s?(?:{CURRENCY}|€|\$|£)"
        rf"|\b(?:{CURRENCY})\b(?:\s?[0-9]{{1,15}}(?:[.,][0-9]{{1,9}}){{0,4}})?"
    ),
    "hex": r"\b0[xX][0-9a-fA-F]{1,64}\b|\b(?=[a-f]{0,63}[0-9])(?=[0-9]{0,63}[a-f])[0-9a-f]{7,64}\b",
    "float": r"(?<![\w.])[+-]?[0-9]{1,30}\.[0-9]{1,30}(?:[eE][+-]?[0-9]{1,4})?\b%?",
    "int": r"(?<![\w.])[+-]?[0-9]{1,3}(?:[,'][0-9]{3}){1,8}\b|(?<!\w)[+-]?[0-9]{1,40}\b%?",
    "quoted": (
        r"\"[^\"\n]{0,200}\"(?:\.\"[^\"\n]{0,200}\"){1,4}|`[^`\n]{0,200}`(?:\.`[^`\n]{0,200}`){1,4}"
        r"|(?<![\w])'(?:[^'\\\n]|\\.){0,500}'(?!\w)|\"(?:[^\"\\\n]|\\.){0,500}\"|`[^`'\n]{0,500}[`']"
        r"|„[^“”„\n]{0,500}[“”]|“[^”“\n]{0,500}”|‚[^‘’\n]{0,500}[‘’]|‘[^’\n]{0,500}’|»[^«»\n]{0,500}«|«[^»«\n]{0,500}(?:«[^»«\n]{0,200}»[^»«\n]{0,200}){0,3}»|‹[^›\n]{0,500}›"
        r"|「[^」\n]{0,500}」|『[^』\n]{0,500}』"
    ),
    "file": (
        rf"(?<![\w/.-])[\w-]{{1,100}}\.(?i:{EXTENSION})\b(?!\.\w)"
        rf"|(?<![\w./<-])[\w.-]{{1,100}}(?:/[\w.@%+~-]{{1,255}}){{1,20}}\.(?i:{EXTENSION})\b(?!\.\w)"
    ),
    "flag": r"(?<=[=:])\s?(?:true|false|True|False|null|None|nil)\b",
    "path": (
        r"(?<![\w.<])(?:[A-Za-z]:)?(?:[\\/][\w.@%+~$*-]{1,255}){2,40}[\\/]?"
        r"|(?<![\w./<])(?:\.{1,2}|~)(?:/[\w.@%+~-]{1,255}){1,40}"
        r"|\brefs/(?:heads|tags|remotes)/[\w.@%+~/-]{1,255}"
    ),
}
"""In order. Sentry's order for what both have; the rest is put where it takes nothing away from a better kind."""

CHANGING = re.compile("|".join(f"(?P<{kind}>{expression})" for kind, expression in KINDS.items()))


def parameterized(text: str, keep: Collection[str] = ()) -> str:
    """The text with its changing parts replaced by their kinds in angle brackets, but for numbers that are to be kept."""

    def kind(match: re.Match[str]) -> str:
        return match[0] if match[0] in keep else _kind(match)

    return with_values_masked(CHANGING.sub(kind, with_ids_masked(text)))


def _kind(match: re.Match[str]) -> str:
    kind = str(match.lastgroup)
    if kind == "name":
        return match[0]
    return quotation(match, parameterized) if kind == "quoted" else f"<{kind}>"
