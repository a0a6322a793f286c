"""Names and texts as a statement has them."""

from __future__ import annotations

from psycopg import sql

LONGEST_NAME = 63
"""Bytes of a PostgreSQL identifier; longer ones would be cut without a word."""


def plainly_quoted(name: str) -> str:
    """An SQL identifier, quoted for a statement without parameters."""
    return sql.Identifier(name).as_string(None)


def quoted(name: str) -> str:
    """An SQL identifier, quoted for a statement that is executed with parameters (so `%` is doubled)."""
    return plainly_quoted(name).replace("%", "%%")


def literal(text: str) -> str:
    """An SQL string, for a statement that is executed with parameters."""
    return sql.Literal(text).as_string(None).replace("%", "%%")
