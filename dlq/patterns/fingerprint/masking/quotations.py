"""What stands in quotation marks in an error text: a value, a name of the program's own, or what somebody said."""

from __future__ import annotations

import re
from collections.abc import Callable

from dlq.patterns.fingerprint.tokens import CONSTRAINT, NUMBERED_NAME, SERIAL

TELLING_NAME = f"(?!{SERIAL})(?:{NUMBERED_NAME}|{CONSTRAINT})"
NAMED = re.compile(
    r"(?:\b|_|(?<=[a-z])(?=(?-i:[A-Z])))(?:(?:sub|data|meta)(?=\w))?"
    r"(?:constraint|value of|column|relation|table|field|attribute|property|properties"
    r"|(?<!shipping )(?<!payment )(?<!delivery )method|function|module|key|param|parameter|segment|argument|reading"
    r"|index|type|class|variable|role|schema|operator|view|sequence|trigger|extension|setting|option|header|action|command|task"
    r"|import|named|called|invoke|because|variant|enum|struct|fields|columns|label|placeholder|collection|element|tag"
    r"|event|object|object name|name of|permission|scope|right|plugin|package|assembly|dependency|gem|handler|route"
    r"|resolve|identifier|symbol"
    r"|program|executable|binary|secret|worksheet|workflow|at path|for model|service|config|configuration|environment"
    r"|middleware|component|factory"
    r"|(?:web)?hook|provider|driver|adapter"
    r"|serializer|validator|rule|policy|mode|state|status|format|step|stage|phase|kind|operation|model|resource type"
    r"|\w*(?:Key|Column|Field|Property|Attribute|Param)s?\(\w{1,30}:"
    r"|encoder|codec|flag|feature|interface|operand|encoding|clé|champ|colonne|\w{0,20}feld|\w{0,20}spalte|schlüssel|campo|columna|clave|KeyError:?|NameError:?|AttributeError:?)"
    r"(?: (?:index )?[0-9]{1,4}| (?:not found|missing))?(?:,? (?:name|named|called|id))?\W{0,3}$",
    re.IGNORECASE,
)
"""What comes before a quoted name that belongs to the program and not to the case."""
SELECTED = re.compile(r"(?:selector|locator|xpath)\W{1,6}$", re.IGNORECASE)
"""What comes before a part of a page, which whatever its signs belongs to the program."""
LABELLED_AFTER = re.compile(r"\W{1,3}(?:is (?:required|not set)|(?:cannot|can't|may not) be (?:empty|blank|null))\b")
"""What comes behind a field as people call it: 'Country of Origin' is required."""
NAMED_AFTER = re.compile(
    r"\W{1,3}(?:not in index|not defined in|not found in axis"
    r"|is (?:required|undefined|not defined|not allowed|not a function|not iterable)"
    r"|(?:must|should)(?: not)? (?:be|have|contain|match)|executable file not found|is not recognized as an internal"
    r"|(?:cannot|can't|may not) be (?:empty|blank|null|nil|zero|negative)"
    r"|column|field|attribute|property|key|parameter|constraint|argument|option|method"
    r"|function|environment variable)\b"
)
"""What comes behind such a name."""
EXPECTED = re.compile(
    r"\b(?:expected(?: one of| either)?:? |(?:fields|columns)(?: [a-z ,]{3,40})?: [(\[]?)"
    r"(?:[`'\"][\w. -]{1,60}[`'\"](?:, or |, ?| or ))*$"
)
"""What comes before one of the names that the program knows: expected one of `open`, `paid`."""
LONGEST_LIST = 400
LONGEST_TRANSITION = 60
NEAR = 28
"""How far back it is looked for what announces a quotation."""
WORDS = re.compile(r"[A-Za-zÀ-ÿ/-]{2,30}(?: [A-Za-zÀ-ÿ/-]{2,30}){1,3}")
"""A column of a sheet may be called by words: column "Net price"."""
DATA = re.compile(r"\{[^{}\n]{0,60}[=:][^\n]{0,500}\}")
"""As programs print it."""
BESIDE_A_NAME = re.compile(r" \(index\)$|, Version=[^\n]*$")
"""What Prisma and .NET say behind it."""
STATE = re.compile(r"[A-Za-z]{2,30}(?:[ _-][A-Za-z]{2,30}){0,2}")
TRANSITION = re.compile(
    r"\b(?:go|moved?|transition\w{0,3}|state|status)(?: \w{2,10})? from (?:[`'\"][\w -]{2,30}[`'\"] to )?$",
    re.IGNORECASE,
)
"""What comes before a state: cannot go from `draft` to `paid`."""
PACKAGE = re.compile(r"@?[a-z][a-z._/-]{1,80}|[\w-]{1,60}\.(?:sty|cls)")
PACKAGE_BEFORE = re.compile(
    r"(?:module|package|plugin|gem|crate|dependency|extension|library|LaTeX Error: File)\W{1,3}$", re.IGNORECASE
)
KEY_BEFORE = re.compile(r"[{,]\s?\Z")
KEY_AFTER = re.compile(r"\s?(?::|=>)\s?\[?\s?[\"'][^\"\n]{0,60}?[a-z] [a-z]")
"""Around a key of an object that a text holds, of which a sentence is said: {"email": ["is not valid"]}."""
NAME = re.compile(rf"[#.]?[A-Za-zÀ-ÿ_$][A-Za-zÀ-ÿ_$.:?!\\]{{0,160}}(?:\(\))?|{TELLING_NAME}")
SAID = re.compile(
    r"(?:Error|Exception|Failure|Timeout|Refused|\b(?:msg|message|statusText|title|error|err|reason|cause|detail|desc|returned|\w{0,20}description))\W{1,3}$"
    # Python's tuples: (1205, 'Lock wait timeout exceeded').
    r"|\(-?[0-9]{1,6}, b?$",
    re.IGNORECASE,
)
"""What comes before a quoted message."""
LOWER_CASE_WORD = re.compile(r"(?<![\w/.@-])[a-z]{2,20}(?![\w/@-])")
SENTENCE = 4
"""Words in lower case: so many are no name and no value."""
FAILED = re.compile(r"\bfailed: $")
HYPHENED = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){2,8}")
"""As IPP says what went wrong: client-error-document-format-not-supported."""
QUOTES = re.compile(r"(?<!\w)['\"`]\w")
"""What has a quotation of its own is no name and no value either."""
SPOKEN = re.compile(
    r"\b(?:is|are|was|were|not|no|cannot|can't|failed|must|does|did|has|have|invalid|expected|unknown|could|should|the|ist|nicht|wurde|est|pas"
    r"|unable|denied|missing|refused|rejected|exceeded|expired|unsupported|too)\b"
)
"""What a sentence has, and other quotations have not."""
TYPE = re.compile(
    r"NoneType|int|str|float|dict|list|tuple|bool|bytes|string|number|object|undefined|null|boolean|integer|array"
)
QUALIFIED = re.compile(r"[\"`]\.[\"`]")
"""Within SQL's "SCHEMA"."TABLE"."COLUMN"."""
ONE_MARK = re.compile(r"[^\w\s]")
SHORT_CODE = re.compile(
    r"(?!DB|ID|IP|OK|PO|UI)[A-Z]{2}|AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MAD|MXN|MYR|NOK|NZD|PEN"
    r"|PHP|PKR|PLN|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|XX[A-Z]|ZAR|ZZ[A-Z]"
)
"""A country, a currency; ISO 3166 and 4217 leave XX and ZZ to everybody."""
FIELD = re.compile(
    r"(?:field|column|property|attribute|parameter|feld|spalte|champ|colonne|campo|columna)\W{1,3}$", re.IGNORECASE
)
SHORT_NAME = re.compile(rf"(?:{FIELD.pattern}|(?:type|header|segment|scope|method|status)\W{{1,3}}$)", re.IGNORECASE)
"""What comes before a name that may look like the code of a country."""
SNAKE_CASE = re.compile(r"[a-z]{1,30}(?:_[a-z]{1,30}){1,8}")
NO_SUCH_FILE = re.compile(r"No such file or directory:? $")
PROGRAM = re.compile(r"[a-z][a-z0-9_-]{1,30}")
NAME_FORMS = (
    (NAMED, NEAR, NAME),
    (EXPECTED, LONGEST_LIST, NAME),
    (PACKAGE_BEFORE, NEAR, PACKAGE),
    (FIELD, NEAR, WORDS),
    (TRANSITION, LONGEST_TRANSITION, STATE),
    (NO_SUCH_FILE, NEAR, PROGRAM),
    (SELECTED, NEAR, re.compile(r"[^\n]*")),
)
"""What comes before a name, within how many characters, and of what it is made then."""


def quotation(match: re.Match[str], masked: Callable[[str], str]) -> str:
    """A quotation is a value, unless it is a name of the program's own, or what somebody said, of which `masked` is made."""
    inner = BESIDE_A_NAME.sub("", re.sub(r"[\"`]\.[\"`]", ".", match[0][1:-1])).strip(" `")
    before = match.string[max(0, match.start() - NEAR) : match.start()]
    if not DATA.fullmatch(inner) and _is_name(inner, match, before):
        if SHORT_CODE.fullmatch(inner) and not SHORT_NAME.search(before):
            return "<quoted>"
        # Ruby wrote `name' once, and writes 'name' now.
        opening = "'" if match[0][0] == "`" and match[0][-1] == "'" else match[0][0]
        return f"{opening}{inner}{match[0][-1]}"
    words = len(LOWER_CASE_WORD.findall(inner))
    said = SPOKEN.search(inner) and (words >= SENTENCE or QUOTES.search(inner))
    said = said or (FAILED.search(before) and (words >= SENTENCE or HYPHENED.fullmatch(inner)))
    if not DATA.fullmatch(inner) and (said or SAID.search(before)):
        return f"{match[0][0]}{masked(inner)}{match[0][-1]}"
    return "<quoted>"


def _is_name(inner: str, match: re.Match[str], before: str) -> bool:
    """Whether what it is, or what stands around it, says that it is a name."""
    if any(form.fullmatch(inner) for form in (ONE_MARK, TYPE, SNAKE_CASE)):
        return True
    start = match.start()
    for announcing, length, form in NAME_FORMS:
        if form.fullmatch(inner) and announcing.search(match.string[max(0, start - length) : start]):
            return True
    if WORDS.fullmatch(inner) and LABELLED_AFTER.match(match.string, match.end()):
        return True
    if not NAME.fullmatch(inner):
        return False
    return bool(
        QUALIFIED.search(match[0])
        or NAMED_AFTER.match(match.string, match.end())
        or (KEY_BEFORE.search(before) and KEY_AFTER.match(match.string, match.end()))
    )
