"""What a word of an error text is, and which words with digits tell failures apart. PostgreSQL and Python read the same.

The expressions are written in the common part of both dialects, and nearly without counts in braces: together those made
PostgreSQL five times slower.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 16 * 1024
"""Of an error's text that are looked at: its beginning, and its end, where a Python traceback has the exception."""
TAIL_CHARACTERS = 4 * 1024

LETTER = r"[!#$%&*+./0-9?@A-Z^_a-z~-]"
"""A character of a word; the others separate words, all that are not ASCII among them: many languages
write without blanks; and the backslash, which stands before quotation marks in a text within a text."""
SAID_LAST = r"(?:[./][a-z_]{5,40})*"
"""What a word may end with that tells failures apart: payment/4711/card_expired, errors.order.12.missing."""
WORD_WITH_DIGIT = f"{LETTER}*[0-9]{LETTER}*?({SAID_LAST})"

SHORT_NUMBER = r"-?[0-9]{1,3}"
"""HTTP status, exit code, errno, signal."""
SQLSTATE = r"(?:08|2[0-8]|4[02]|5[3-8])[0-8P][0-9][0-9]|[HXP][YX0][0-9]{3}"
NAME = r"[A-Za-z_.]*[0-9][0-9]?(?:[A-Za-z_.]*[0-9][0-9]?)?[A-Za-z_.][A-Za-z_.][A-Za-z_.][A-Za-z_.]+"
"""A name with a digit in it, as in S3UploadFailedError."""
NUMBERED_NAME = (
    r"[A-Za-z_]+[A-Za-z_][0-9][0-9]?(?:_[A-Za-z_]+(?:_1)?)?|[iuf][0-9][0-9]?[0-9]?"
    r"|(?:[A-Za-z][A-Za-z.]*_-?1_)+[A-Za-z][A-Za-z.]*_-?1"
)
"""address1, orders_pk2, INT8, i32; shop_1_sku_1, as MongoDB calls an index."""
SERIAL = r"\w*(?:[A-Za-z_]0[0-9]|_v[0-9][0-9]?|_(?:rank|worker|shard|node|thread|replica|partition)_[0-9]+)(?!\w)"
"""app_shard_07, products_v3, mpi_rank_17: such a number counts, and is no part of a name."""
CONSTRAINT = (
    r"(?:(?:PK|UQ|FK|REL|IDX|CK|DF|pk|uq|fk|idx)_|uk|UK|fk|FK)[0-9A-Za-z_]+"
    r"|[A-Za-z_]+_[0-9a-f]+_(?:fk|uniq)(?:_[A-Za-z_]+)?"
)
"""As TypeORM, SQL Server, Hibernate and Django name them by themselves: PK_bb6d4e0f, UQ__Booking__8A1C22F0, uk6dotkott2kj,
task_owner_id_51b02e7c_fk_user_id."""
SEGMENT = (
    r"(?:MSH|MSA|ERR|EVN|NTE|PID|PD1|NK1|PV1|PV2|AL1|DG1|PR1|GT1|IN1|IN2|ORC|OBR|OBX|SPM|TQ1|TXA|FT1|SCH|AIG|AIL|AIP|AIS|RXA|RXE"
    r"|RXO|RXR|MRG|MFI|MFE)(?:[.-][0-9][0-9]?|\^[0-9]\^[0-9][0-9]?)"
)
"""A field of HL7's: PID-3, PV1-2, OBR^1^4."""
ARITY = r"[A-Z][A-Za-z_]*(?:\.[A-Z][A-Za-z_]*)*\.[a-z_][A-Za-z_?!]*/[0-9][0-9]?"
"""A function of Elixir's with how many arguments it takes: Shop.Cart.add/2."""
SHARED_LIBRARY = r"lib[A-Za-z0-9_+-]+\.so(?:\.[0-9]+)*"
"""A shared library's file: libnss3.so, libgbm.so.1."""
ERROR_NUMBER = r"(?:(?:E|P|TS|ORA-|TNS-|PLS-)[0-9]+|R[0-9][0-9])"
"""E42, P2002, TS2304, ORA-00001; R01, as American banks return a debit."""

TELLING = (
    rf"(?:{SHORT_NUMBER}|{ERROR_NUMBER})\.?|{SQLSTATE}|{NAME}|{NUMBERED_NAME}|{CONSTRAINT}|{SEGMENT}|{ARITY}"
    rf"|{SHARED_LIBRARY}"
)
"""Words with digits that the coarse key keeps. Where one of them is part of a longer word, the longer one is masked."""

MASKED = "<*>"

CODE = re.compile(rf"{SHORT_NUMBER}|{SQLSTATE}|{ERROR_NUMBER}")
_WORD = re.compile(f"{LETTER}+")
# In one go (WORD_WITH_DIGIT) Python would begin anew at each letter of a long word.


def with_digits_masked(text: str, keep: re.Pattern[str] | None = None) -> str:
    """The text with each word that has a digit masked, but for words that are `keep` as a whole."""

    def masked(word: re.Match[str]) -> str:
        has_digit = any("0" <= letter <= "9" for letter in word[0])
        return masked_word(word[0]) if has_digit and not (keep and keep.fullmatch(word[0])) else word[0]

    return _WORD.sub(masked, text)


def masked_word(word: str) -> str:
    """The mask, with what such a word says at its end."""
    said = re.search(r"(?:[./][a-z_]{5,40}){1,20}$", word[-400:])
    return MASKED + (said[0] if said else "")


def looked_at(text: str) -> str:
    """The part of a text that is looked at; as long as the part that PostgreSQL makes the key of."""
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - TAIL_CHARACTERS] + "\n" + text[-TAIL_CHARACTERS:]
