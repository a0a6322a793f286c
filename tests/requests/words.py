"""What generated requests are made of: names and values, of ours and of nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.support.entries import DEFAULTS
from tests.support.hostile import ERRORS, FAR_TIMES, IDENTIFIER, TEXTS

SURROGATE = "\ud83d"
"""Half a pair: in an address as the three bytes that no text has."""
NUMBERS = (
    *(
        "0",
        "1",
        "2",
        "-1",
        "-0",
        "007",
        "1.5",
        "1e9",
        "1e9999999999999999999",
        "-1e-9999999999999999999",
        "NaN",
        "inf",
        "0x10",
    ),
    *(str(number) for number in (2**31, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**20)),
    *("9" * 30, "9" * 5_000, "１２", "٣", "²", "1_000", "1,000", " 1 ", "+1", "1\x00", "on", "true", "yes", "no"),
)
TIMES = (
    *FAR_TIMES,
    *("24h", "7d", "1w ago", "999999999w", "0m", "2026-01-05", "2026-01-05T12:00", "2026-01-05T12:00:00+05:30"),
    *(
        "2026-02-30",
        "2026-01-05T25:00",
        "0000-00-00",
        "9999-12-31",
        "now",
        "today",
        "epoch",
        "99999-01-01",
        "2026-01-05T12:00:60",
    ),
)
PATHS = (
    *(
        "customer_id=42",
        'customer_id="42"',
        "order.id=7",
        "order=null",
        "a=1e9",
        "=",
        "a=",
        "=1",
        ".=1",
        "a..b=1",
        "a=[1]",
        'a={"b":1}',
    ),
    *(
        f"a={'9' * 5_000}",
        "a=\x00",
        f"{'a.' * 3_000}a=1",
        f"a={'[' * 3_000}",
        "a=1e9999999999999999999",
        "a=-0.0",
        "a=NaN",
    ),
)
SQL = (
    "'; DROP TABLE x; --",
    '" OR 1=1',
    "(",
    "[",
    "a{9999999}",
    "*",
    "\\",
    "%",
    "_",
    "%s",
    "%(x)s",
    "{0}",
    "{about}",
    "../../etc/passwd",
)
LONG = ("x" * 10_000, "word " * 2_000, "[" * 5_000, '{"a":' * 2_000, "é" * 3_000, "a=b&" * 500)
SMALL = (*TEXTS, IDENTIFIER, *SQL, *NUMBERS, "\x00", "a\x00b", SURROGATE, f"x{SURROGATE}", "null", "[]", "{}", "[1, 2]")
ANYTHING: tuple[str, ...] = (*SMALL, *TIMES, *PATHS, *ERRORS, *LONG)

LOOKUPS = (
    *(
        "exact",
        "iexact",
        "contains",
        "icontains",
        "regex",
        "iregex",
        "in",
        "gt",
        "lte",
        "isnull",
        "range",
        "year",
        "date",
        "len",
    ),
    *("search", "contains_text", "any_of", "overlap", "contained_by", "has_key", "0", "x"),
)
COLUMNS = (
    *(
        "id",
        "pk",
        "actor",
        "note",
        "row",
        "null_columns",
        "entry_ids",
        "filter",
        "operation",
        "operation__note",
        "undoes__actor",
    ),
    *(
        "state",
        "kind",
        "payload",
        "last_error",
        "failed_at",
        "created_at",
        "confirmation",
        "user__password",
        "password",
        "x",
    ),
)
STRANGE_NAMES = (*("", " ", "\x00", SURROGATE, "constructor", "__class__", "__proto__", "q[]", "x" * 5_000), *DEFAULTS)
DJANGOS = ("_to_field", "_popup", "_changelist_filters", "_facets", "all", "e", "o", "p", "next", "_save", "_method")

INSERTED = (
    "\x00",
    SURROGATE,
    "\u202e",
    "'",
    '"',
    "\\",
    "%",
    "\n",
    ",",
    ".",
    "=",
    "@",
    "-",
    " ",
    "0",
    "9",
    "é",
    "\U0010ffff",
)


def unknown_name(random: Random) -> str:
    if random.random() < 0.6:
        return f"{random.choice(COLUMNS)}__{random.choice(LOOKUPS)}"
    return random.choice((*STRANGE_NAMES, *DJANGOS, *COLUMNS))


def mutated(random: Random, text: str) -> str:
    """A text that is nearly this one."""
    at = random.randint(0, len(text))
    return random.choice(
        (
            text[:at],
            text[at:],
            text[:at] + random.choice(INSERTED) + text[at:],
            text + text,
            text.swapcase(),
            f'"{text}"',
            text[::-1],
            f" {text}\n",
        )
    )


def value(random: Random, likely: Sequence[str]) -> str:
    """One of those that mean something here, or nearly; else anything, seldom a long one."""
    chance = random.random()
    if likely and chance < 0.5:
        return random.choice(likely)
    if likely and chance < 0.65:
        return mutated(random, random.choice(likely))
    return random.choice(SMALL if chance < 0.85 else ANYTHING)
