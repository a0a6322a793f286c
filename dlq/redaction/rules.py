"""The rules of DLQ_REDACT: paths into a payload, names of keys, and patterns of values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from dlq.conf import conf

NONE = "none"
"""As the first rule: begin from none, without the defaults."""
KEYS = (
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "api_key",
    "access_key",
    "account_key",
    "private_key",
    "encryption_key",
    "authorization",
    "credential",
    "cookie",
    "session_id",
    "signature",
    "jwt",
    "otp",
    "cvv",
    "cvc",
    "iban",
    "ssn",
    "card_number",
    "credit_card",
)
CHARACTER = "[A-Za-z0-9._~+/=-]"
FOUND_BY = {
    # Words may follow it, too: "bearer authentication failed".
    "bearer": (rf"(?:[bB]earer|BEARER)[ \t]+(?:{CHARACTER}*[0-9]{CHARACTER}*|{CHARACTER}{{24,}})", ("bearer",)),
    "basic": (r"(?:[bB]asic|BASIC)[ \t]+[A-Za-z0-9+/]{6,}={1,2}", ("basic",)),
    "JWT": (r"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}", ("eyj",)),
    "PEM": (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
        ("private key-----",),
    ),
    "AWS": (r"A(?:KIA|SIA)[A-Z0-9]{16}", ("akia", "asia")),
    "GitHub": (
        r"(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})",
        ("gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_"),
    ),
    "GitLab": (r"glpat-[A-Za-z0-9_.-]{16,}", ("glpat-",)),
    "Slack": (
        r"(?:xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|hooks\.slack\.com/services/[A-Za-z0-9/]+)",
        ("xox", "xapp-", "hooks.slack.com"),
    ),
    "Google": (r"AIza[A-Za-z0-9_-]{30,}", ("aiza",)),
    "Stripe": (r"[rs]k_(?:live|test)_[A-Za-z0-9]{8,}", ("k_live_", "k_test_")),
}
"""Expressions of what is a secret by its looks, and plain texts, in lower case, one of which each of them has."""
VALUES = {name: pattern for name, (pattern, _stems) in FOUND_BY.items()}
STEMS = dict(FOUND_BY.values())
"""By expression."""
MOST = 100
LONGEST = 500
"""Characters of a rule."""
NAMED = re.compile(r"(?:([^/=\[\]]{1,40})=)?/(.+)/", re.DOTALL)
FOR_PYTHON_ONLY = re.compile(r"\(\?(?:P|<[A-Za-z_]|\(|#|[aiLmsux-]+[:)])|\\[1-9]|\\[bBZzAGKpPNX]|[*+?}][+?]|\[\[")
"""What Python's expressions have and PostgreSQL's lack, or read otherwise."""
LETTERED = re.compile(r"[^\W_]")
WHAT_A_RULE_IS = "a rule is a key (pin), a path (customer.iban, *.token) or a pattern (/K-[0-9]{6}/)"


class BadRule(ImproperlyConfigured):
    """A rule of DLQ_REDACT that can't be understood; the text says which, and why."""


@dataclass(frozen=True)
class Rules:
    """What is masked. `values` are regular expressions by the names that a mask says."""

    keys: tuple[str, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    finds_cards: bool = False
    """Card numbers, and users and passwords in addresses, which no pattern alone finds."""

    @property
    def is_empty(self) -> bool:
        return not (self.keys or self.paths or self.values or self.finds_cards)


def configured() -> Rules:
    """Raises BadRule."""
    setting = conf.REDACT
    if isinstance(setting, str) or not isinstance(setting, Sequence):
        raise BadRule(f'DLQ_REDACT must be a list of rules, as in ["{NONE}", "customer.iban"], not {setting!r}.')
    return parsed(tuple(setting))


def parsed(texts: Sequence[object]) -> Rules:
    begins_from_none = bool(texts) and texts[0] == NONE
    keys, values = ([], []) if begins_from_none else (list(KEYS), list(VALUES.items()))
    paths: list[tuple[str, ...]] = []
    if len(texts) > MOST:
        raise BadRule(f"DLQ_REDACT has {len(texts)} rules, and may have {MOST}.")
    for text in texts[begins_from_none:]:
        if not isinstance(text, str) or not text.strip():
            raise BadRule(f"DLQ_REDACT: {text!r} is no rule: {WHAT_A_RULE_IS}.")
        rule = text.strip()
        if len(rule) > LONGEST:
            raise BadRule(f"DLQ_REDACT: “{rule[:30]}…” is longer than {LONGEST} characters.")
        if named := NAMED.fullmatch(rule):
            values.append((named[1] or "pattern", _pattern(rule, named[2])))
        elif rule.startswith("/") or "=/" in rule:
            raise BadRule(f"DLQ_REDACT: the pattern “{rule}” must begin and end with a slash.")
        elif "[" in rule or "]" in rule:
            raise BadRule(f"DLQ_REDACT: “{rule}” has a bracket, which the name of no rule may have.")
        elif "." in rule or "*" in rule:
            paths.append(_path(rule))
        elif rule == NONE:
            raise BadRule(f"DLQ_REDACT: “{NONE}” says to begin from none, so it must be the first rule.")
        elif not LETTERED.search(rule):
            raise BadRule(f"DLQ_REDACT: the key “{rule}” has no letter or digit.")
        else:
            keys.append(rule)
    return Rules(tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(paths)), tuple(values), not begins_from_none)


def _path(rule: str) -> tuple[str, ...]:
    path = tuple(part.strip() for part in rule.removeprefix("$.").split("."))
    if not all(path) or any("*" in part and part != "*" for part in path):
        raise BadRule(
            f"DLQ_REDACT: “{rule}” is no path: write keys with points between them; * stands for any one key."
        )
    if set(path) == {"*"}:
        raise BadRule(f"DLQ_REDACT: “{rule}” names no key, so it would mask every payload.")
    return path


def _pattern(rule: str, pattern: str) -> str:
    """The expression, where Python and PostgreSQL read it alike."""
    if found := FOR_PYTHON_ONLY.search(pattern):
        raise BadRule(f"DLQ_REDACT: the pattern “{rule}” has “{found[0]}”, which not every database reads alike.")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadRule(f"DLQ_REDACT: the pattern “{rule}” is no regular expression: {error}.") from None
    if compiled.search(""):
        raise BadRule(f"DLQ_REDACT: the pattern “{rule}” matches nothing at all, so it would be everywhere.")
    if compiled.search("[masked: x]"):
        raise BadRule(f"DLQ_REDACT: the pattern “{rule}” matches the mask itself.")
    return pattern
