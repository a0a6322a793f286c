"""Values that have no form of their own, told by what stands around them: customer Ann Smith, input=[…], Report May.pdf."""

from __future__ import annotations

import re

from dlq.patterns.fingerprint.evidence import (
    CAPITAL,
    FIELDS,
    HAS_A_NAME,
    HAS_AN_ASIDE,
    HAS_AN_ID,
    NAME_BEFORE,
    PERSON,
    SPEAKS,
    TITLES,
    is_name,
)

EXTENSION = (
    "csv|tsv|xlsx?|pdf|png|jpe?g|gif|webp|tiff?|svg|heic|txt|json|xml|zip|gz|tar|mp[34]|mov|avi|wav|docx?|pptx?|log|parquet|avro|tmp|bak"
    "|eml|ics|sql|html?|upload|od[tsp]|rtf|epub|e?ps|psd|mkv|webm|ogg|flac|m4a|7z|rar|tgz|jsonl|ndjson|dump|bin|cr3|raw"
)
INITIAL = rf"{CAPITAL}(?:\.|[a-zà-ÿ][\w.'’-]{{0,40}})"
SAYS = (
    r"(?= \(| (?:cannot|can|could|is|was|has|had|does|did|ne|n['’]|est|kann|konnte|ist|hat|wurde"
    r"|liegt|besteht|fehlt|no|not|non|niet|nicht"
    r"|failed|stopped|aborted|es|está|è)\b)"
)
"""How a sentence goes on behind a name."""
LINK = r"(?:&|\+|and|und|et|y|e|of|van|von|vom|der|den|des|de|del|di|da|do|du|la|le|les|zur|zum|am|im|an|in|c/o)"
"""Small words within names."""
ASIDE = r"\([^()\n]{1,40}\)"
LEGAL_FORM = r"e\.V\.|e\.K\.|eG|gGmbH|mbB"
NAME_WORD = rf"(?:d['’])?{CAPITAL}[\w.'’&/-]{{0,40}}"
MORE_NAMES = rf"(?:,? (?:{LINK} ){{0,2}}(?:{NAME_WORD}|{LEGAL_FORM}|<(?:int|id|quoted|date|float)>|{ASIDE})){{0,7}}"
NAMES = rf"{NAME_WORD}{MORE_NAMES}"
NUMBER = r"(?:<\w{2,12}>(?:-<\w{2,12}>){0,4}|[\w./-]{0,40}[0-9][\w./-]{0,40})"
"""What the coarse key masks, whether it has a kind of its own (<int>) or not (A4711)."""
NO_VALUE = (
    r"(?:is|was|has|had|not|with|the|a|an|in|at|on|who|that|and|or|to|of|for|from|by|id|does|did|already|input|could|cannot"
    r"|failed|[a-z]{2,30}ed)\b"
)
ANNOUNCED: dict[str, tuple[str, str]] = {
    "assigned": (
        r"\b(?:user|username|userlogin|login|host|hostname|node|name|file|path|shop|tenant|bucket|sender"
        r"|to|from|worker|domain|region|customer|pod|token|device|cursor|session|ref|reference|order|invoice|batch|job|account|sku"
        r"|image|id|\w{1,30}_id|\w{1,30}Id)=",
        r"[^\s,;&)\]}\"'<]{1,200}",
    ),
    "peer": (r"\b(?:[Pp]eer|[Ss]erver|[Bb]roker)=", r"(?=[^\s,;)]{0,60}[0-9.:<-])[^\s,;&)\]}\"'<]{1,200}"),
    "bracketed": (r"\[(?:key|item|record|row|value)=|\binput=\[|\bparse date field \[", r"[^\]\n]{1,2000}(?=\])"),
    # As git, MongoDB and SQL Server say it.
    "branch": (r"\[(?:remote )?rejected\] {1,8}", r"\S{1,200} -> \S{1,200}"),
    "key": (r"\bdup key: \{ ", r"[^\n]{1,1000}?(?= \}(?:\W|$))"),
    "entry": (r"\bduplicate key value is \(", r"[^\n]{1,300}?(?=\)(?:\.|$))"),
    "of": (
        rf"\b(?:for|of|by|from|to|with) (?:{PERSON}) ",
        rf"(?!{NO_VALUE})(?={CAPITAL}|[\w'’-]{{0,99}}[0-9_.@])[\w.@'’-]{{1,100}}{MORE_NAMES}",
    ),
    "shop": (
        r"\b(?:for|of|by|from|to|with) (?:shop|tenant|merchant|supplier|vendor) ",
        rf"(?!{NO_VALUE})[a-z][\w-]{{1,60}}\b",
    ),
    "named": (rf"\b(?:{HAS_A_NAME}) ", NAMES),
    "titled": ("", rf"\b(?:{TITLES}) (?:{NAMES}|<value>)"),
    "numbered": (
        rf"\b(?i:{HAS_A_NAME}) ",
        rf"{CAPITAL}[\w'-]{{0,40}}{MORE_NAMES}(?= \(<)",
    ),
    "member": ("", rf"(?:^|(?<=: )){NAMES}(?= \(#<\w{{2,12}}>\))"),
    "aside": (
        rf"\b(?i:{HAS_AN_ASIDE}) {NUMBER}",
        rf" \((?={CAPITAL}|[0-9<])[^()\n]{{1,60}}\)",
    ),
    "leg": (
        rf"\b(?i:tour|trip|flight|train|route|ride|leg|voyage) {NUMBER}",
        rf" \((?:{NAMES}|<value>) (?:to|→|->|–|nach|à) (?:{NAMES}|<value>)\)",
    ),
    "tenants": (
        r"\b(?:db|database|schema|vhost|release|namespace|keyspace|bucket)\W{1,2}",
        r"tenant[_-](?!(?:[a-z]{1,20}[_-])?(?:ids?|name|keys?|data|files?|config|settings|registry|templates?|default|main|shared|public|exports?"
        r"|imports?|invoices?|logs?|backups?|uploads?)\b)[a-z0-9_-]{1,60}\b",
    ),
    # Salesforce's.
    "picked": (r"\bvalue for (?:restricted )?picklist field: ", r"[^\n:]{1,200}"),
    "long": (r"\bdata value too large: ", r"[^\n]{1,1000}?(?= \(max)"),
    # Countries.
    "way": (r"\b(?:from|von|de|da) ", r"[A-Z]{2} (?:to|nach|à|a|para) [A-Z]{2}\b"),
    "letter": (
        r"\b(?i:classe|klasse|clase|zone|gate|terminal|hall|lane|sector|wing|block) ",
        r"[A-Z]{1,2}\b(?!['’])",
    ),
    "whose": (r"\b(?:for|für|pour|para|of|near|von|à|di|de) ", rf"{INITIAL}(?=[ ,]){MORE_NAMES}{SAYS}"),
    "in": (
        r"\b(?:in|for|from|to|für|nach|aus|pour|vers|para|desde) ",
        r"(?:A[RTU]|B[EGR]|C[AHLNOYZ]|D[EK]|E[ES]|FI|FR|G[BR]|HU|I[EL]|JP|KR|L[TUV]|M[TX]|N[LOZ]|P[LT]|RO|S[EGIK]|TR|U[AKS]|ZA"
        r"|AUS|AUT|BEL|BRA|CAN|CHE|CHN|CZE|DEU|DNK|ESP|FIN|FRA|GBR|HUN|IND|IRL|ITA|JPN|LUX|MEX|NLD|NOR|NZL|POL|PRT|ROU|SVK|SVN|SWE|USA)"
        r"(?=[.,;:)]|$| \()",
    ),
    "plate": (
        r"\b(?i:truck|lorry|vehicle|car|van|bus|trailer|plate|taxi|lkw|fahrzeug|kennzeichen) ",
        r"[A-Z][A-Z-]{0,6}(?: [A-Z]{1,3})? <\w{2,12}>(?: [A-Z]{1,3}\b)?",
    ),
    "machine": (
        r"\b(?:host|node|worker|server|machine|replica|broker) ",
        r"[a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){1,4}(?=[,;:)]|$| (?:is|was|has|did|does|refused|failed|answered)\b)",
    ),
    "whom": (rf"\b{NUMBER} (?:for|für|pour|para|per|by|of|von|de) ", rf"{NAMES}(?=$|[\n:,])"),
    "land": (r"\b(?:pays|país|paese) ", r"[A-Z]{2,3}\b"),
    "country": (
        r"\bcountry ",
        r"(?:[A-Z]{2,3}\b|[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){0,2}\b)",
    ),
    "code": (r"\b(?:destination|market|currency) ", r"(?:[A-Z]{2}|(?<=currency )[A-Z]{3})\b"),
    # Python: "can't decode byte 0xff in position 3: invalid start byte", or "bytes in position 3-4: invalid continuation byte".
    "unicode": (r"\bcan't (?:de|en)code ", r"(?:characters?|bytes?)(?: <\w{2,12}>)?(?= in position )"),
    "byte": (
        r"\bin position <\w{2,12}>(?:-<\w{2,12}>)?: invalid ",
        r"(?:start|continuation)(?= byte\b)",
    ),
    "made": (
        r"\b(?:creating|reading|updating|deleting|modifying) [A-Z][\w/ ]{1,60} \(",
        r"[^()\s]{1,200}(?=\))",
    ),
    "item": (
        rf"\b(?:{HAS_AN_ID}) ",
        r"(?=\S{0,200}[:/])(?!\w{1,30}:[a-z_]{2,30}:)[^\s,;()\]]{0,200}<\w{2,12}>(?![\w:/])",
    ),
    "url": (r"\burl: ", r"(?:/|<path>)[^\s)]{0,2000}"),
    "address": (r"\b[Ee]mail(?: address)? ", r"[^\s<]{1,100}(?= is (?:invalid|not valid|not a valid)\b)"),
    "sign": (r"\bcharacter ", r"\S(?= )"),
    "login": (
        r"(?<!sort )(?<!sorted )(?<!order )(?<!ordered )(?<!group )(?<!grouped )\bby ",
        r"[a-z]\.[a-z]{2,30}\b(?!\.)",
    ),
}
"""What announces a value, and the value: user=ann, for user ann, customer Ann Smith, creating Lambda Function (thumbnails)."""
VALUE = re.compile("|".join(f"(?P<{name}>{before}){value}" for name, (before, value) in ANNOUNCED.items()))

KEYS = re.compile(r"([\w.]{1,60}): ?(?:<\w{2,12}>|\"[^\"\n]{0,200}\"|[^,{}\n]{1,200})")
FIELD_LABEL = re.compile(rf"{CAPITAL}[\w-]{{0,40}}(?: {CAPITAL}[\w-]{{0,40}}){{0,2}}")
VALIDATED = re.compile(
    r" (?:is (?:required|missing(?! an?\b)|invalid|not (?:valid|set|unique|a)\b)|was not (?:provided|given)"
    r"|has already been taken|does(?: not|n't) match|is too |missing\b|(?:too|not) "
    r"|(?:must|should) (?:not|have|contain|match|be (?:an?|at|in|one|unique|present|valid|filled|greater|less|blank)\b)"
    r"|can(?:not|'t) be (?:blank|empty|null|nil|zero|negative)"
    r"|(?:is )?(?:unknown|unavailable|out of range|below|above)\b)"
)
"""What is said of a field: "customer Email is required" names no customer."""
ACRONYM = re.compile(r"[A-Z]{2,6}(?: [A-Z]{2,6})*")
"""Behind hotel, room or pharmacy it is a part of the program or a field rather than a name: hotel PMS, pharmacy NPI."""
STATE = re.compile(r"\w{2,30}(?:ed|ing|able|ible|sion|tion|ment|ity|ness)\b", re.IGNORECASE)
"""Shipped, boarding, unreachable, conversion."""
NAMES_SOMEBODY = ("of", "shop", "named", "member", "titled", "aside", "leg", "whose", "whom", "country")
WORD = re.compile(r"\w+(?:['’]\w+)?")
COUNTRY = re.compile(r"[A-Z]{2,3}")
"""Norway is NO."""
OF_A_NAME = re.compile(rf" of (?={CAPITAL})")
"""Bank of Scotland."""
PHRASE = re.compile(rf" \({CAPITAL}\w* (?!{LINK} )[a-zà-ÿ]{{3}}")
OF_BUSINESS = re.compile(r"(?i:order|invoice|user|event|job|line|row|bestellung|rechnung|zeile) ")
"""What has a state, a role or a field in brackets as often as a name, if it is a single word: invoice 12 (Draft)."""
OF_SOMEBODY = re.compile(f"(?:{PERSON}|carrier|company|broker|dealer|store|Firma) ")
"""Who may be called by capitals alone: merchant ACME."""
OF_ITEM = re.compile(r"(?i:position|item|article|row|line|artikel|zeile) ")
"""What has a name in brackets behind its number, of which only the first word need be a capital: item 3 (Garden chair)."""
REFUSED = re.compile(
    r"(?:^|(?<=: ))[^\s:][^:\n]{0,60}?(?= (?:is|was) not"
    rf" (?:an? known|one of the (?:allowed|known|supported|valid)|in the list of) (?!(?i:{NAME_BEFORE.pattern})\b))",
    re.MULTILINE,
)
"""What is not one of a list: "DAF is not a known incoterm". "price is not a known field" tells of a name."""

PART = r"(?:[\w<>.'’()-]{1,60},?|[&–-])"
NAME_WITH_BLANKS = re.compile(
    rf"<(?:path|url|file|id|uuid|token)>[\w.'’()-]{{0,40}}(?:[ /]{PART}){{0,12}}?(?:\.(?i:{EXTENSION})\b|[ /]<file>)"
    rf"|(?:(?<=\b[Ff]ile )|(?<=\bDatei )|(?<=\bfichier ))(?=[^\s]{{0,80}}[A-Z0-9</])(?!{NO_VALUE})[\w<>/-]{{1,80}}(?= )"
    rf"(?:[ /]{PART}){{0,5}}?(?:\.(?i:{EXTENSION})\b|[ /]<file>)"
)
"""A file whose name has blanks, behind its folders or behind the word."""
FILE_FIRST = re.compile(
    rf"(?:^|(?<=: )|(?<=\bdocument ))(?![^\n]{{0,2}}<)(?P<said>(?:[^\s:\"'`]{{1,40}} ){{0,8}}[a-z]{{2,30}} (?=[A-Z0-9<]))?"
    rf"[^:\n\"'`]{{1,150}}?\.(?i:{EXTENSION})(?=:|$)",
    re.MULTILINE,
)
"""One that stands before what is said of it, whatever its name is made of: "Invoice May (2).pdf: is encrypted"."""


def with_values_masked(text: str) -> str:
    """The text, in which what has a form of its own is masked, with the other values masked, too."""
    text = FILE_FIRST.sub(
        lambda found: found[0] if _speaks(found[0]) else f"{found['said'] or ''}<file>",
        NAME_WITH_BLANKS.sub("<file>", text),
    )
    text = REFUSED.sub("<value>", text)
    return VALUE.sub(_announced, text)


def _announced(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    before = found[kind]
    name = found[0][len(before) :]
    if kind == "key":
        return before + KEYS.sub(r"\1: <value>", name)
    return found[0] if kind in NAMES_SOMEBODY and _is_no_name(kind, before, name, found) else f"{before}<value>"


def _is_no_name(kind: str, before: str, name: str, found: re.Match[str]) -> bool:
    """Whether it says something, capitals or not, or is a name of the program's: account Locked, customer Email is required."""
    words = tuple(WORD.findall(name))
    if _speaks(name) and not (kind == "country" and COUNTRY.fullmatch(name)):
        return True
    if kind == "aside":
        is_word = len(words) == 1 and OF_BUSINESS.match(found[0])
        is_phrase = PHRASE.match(name) and not OF_ITEM.match(found[0])
        return bool(STATE.match(name, 2) or is_name(words) or is_word or is_phrase)
    if kind in ("leg", "country", "shop") and any(map(STATE.fullmatch, words)):
        return True
    if kind in ("whose", "whom"):
        # A single word may be anything that the program has a name for: the handler for Invoice, the driver for Oracle.
        return len(words) == 1
    if len(words) == 1 and words[0].lower() in FIELDS:
        return True
    if kind == "named" and ACRONYM.fullmatch(name) and not OF_SOMEBODY.match(before):
        return True
    return bool(FIELD_LABEL.fullmatch(name) and VALIDATED.match(found.string, found.end()))


def _speaks(text: str) -> bool:
    # A. Byrne has an initial.
    return any(word.lower() in SPEAKS for word in WORD.findall(OF_A_NAME.sub(" ", text)) if word != "A")
