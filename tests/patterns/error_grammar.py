"""Texts and documents that look like errors: built from the pieces of real ones, put together wrongly, and cut anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from dlq.patterns.fingerprint.unpacking.speaking import ATTEMPTS, CAUSES, CLASSES, CODES, MESSAGES, STACKS
from tests.support.hostile import ERRORS, TEXTS
from tests.support.labelled import texts

T = TypeVar("T")

STORABLE = st.characters(exclude_characters="\x00", codec="utf-8")
WHOLE = tuple(text.last_error for text in texts("seen"))
"""Real errors of every ecosystem, texts and documents."""
LINES = tuple(dict.fromkeys(line for error in WHOLE if isinstance(error, str) for line in error.splitlines() if line))
HEADS = (
    *("Traceback (most recent call last):", "The above exception was the direct cause of the following exception:"),
    *(
        "During handling of the above exception, another exception occurred:",
        "Caused by: a.B: c",
        "Suppressed: a.B: c",
        "---> A.B: c",
    ),
    *(
        "  [cause]: Error: x",
        "goroutine 1 [running]:",
        "panic: x",
        "panicked at src/a.rs:1:2:",
        "panicked at 'x', src/a.rs:1:2",
    ),
    *(
        "Stack trace:",
        "PHP Fatal error:  Uncaught A\\B: c in /a.php:1",
        "** (A.B) c",
        "a.rb:1:in `b': c (D)",
        "Caused by:",
        "Stack backtrace:",
    ),
    *(
        "   0: a::b::c",
        "             at /rustc/1/a.rs:1:2",
        '  File "/a.py", line 1, in b',
        "\tat a.b.C.d(C.java:1)",
        "    at a (/b.js:1:2)",
    ),
    *(
        "   at A.B.C(D e) in /a.cs:line 1",
        "#0 /a.php(1): b()",
        "#1 {main}",
        "\tfrom a.rb:1:in `b'",
        "    (a 0.1.0) lib/a.ex:1: A.b/1",
        "main.a(0x1)",
    ),
    *(
        "\t/a.go:1 +0x1",
        "... 7 more",
        "DETAIL: Key (a)=(1) exists.",
        "HINT: x",
        "note: run with `RUST_BACKTRACE=1`",
        "[SQL: SELECT 1]",
        "^",
    ),
)
WORDS = (
    *(
        "503",
        "status code 503",
        "HTTP/1.1 429",
        "SQLSTATE[40001]",
        "(SQLSTATE 23505)",
        "os error 111",
        "exit code 137",
        "errno -2",
        "(502, 'x')",
    ),
    *(
        "71234",
        "0x7f00aa12",
        "10.0.0.1:587",
        "::1",
        "req_8fa91b",
        "2026-01-05T12:00:00Z",
        "12:00:01",
        "1,234.50 EUR",
        "12 ms",
        "3 attempts",
        "4 KiB",
    ),
    *(
        "ann@example.com",
        "https://a.example.com/b/12?c=1",
        "/srv/app/a1.csv",
        "550e8400-e29b-41d4-a716-446655440000",
        "S3UploadFailedError",
        "a1b2c3d4e5f6",
    ),
    *(
        "KeyError: 'x'",
        "TypeError: x",
        "java.lang.RuntimeException",
        "Error:",
        "user=ann",
        "for customer Ann Smith",
        '"quoted text"',
        "`name`",
        "'it''s'",
    ),
    *(
        ": ",
        "\n",
        " ",
        "-",
        "{",
        "}",
        "[",
        "[{",
        "]",
        '"',
        "\\",
        '\\"',
        "\\u0000",
        "\\ud83d",
        "\\n",
        "<",
        ">",
        "</",
        "\t",
        "\r\n",
        "\x0b",
        "\u2028",
        "\x1b[31m",
    ),
)


def one_of(values: Sequence[T]) -> st.SearchStrategy[T]:
    """As hypothesis's sampled_from, which would print all of the values where it is printed itself."""
    return st.integers(0, len(values) - 1).map(values.__getitem__)


PIECES = st.one_of(
    one_of(LINES).map(lambda line: f"{line}\n"),
    one_of(HEADS).map(lambda line: f"{line}\n"),
    one_of(WORDS),
    one_of((*ERRORS[:16], *TEXTS)),
    st.text(STORABLE, max_size=6),
)
LAID_OUT = st.lists(PIECES, max_size=9).map("".join)
"""Lines and words in any order."""
REASONS = one_of((*LINES, *WORDS, "", " "))


@st.composite
def rust_debug(draw: st.DrawFn) -> str:
    """As `{:?}` prints an error: TaskError("…"), Custom { kind: Other, error: "…" }, one within the other."""
    text = draw(one_of((*LINES, *WORDS)))
    for form in draw(
        st.lists(one_of(("TaskError({})", "Err({})", "Some({})", "Custom {{ kind: Other, error: {} }}")), max_size=4)
    ):
        inner = (
            json.dumps(text, ensure_ascii=draw(st.booleans())).replace("\\u00", "\\u{0}")
            if draw(st.booleans())
            else text
        )
        text = form.format(inner)
    return text


@st.composite
def xml(draw: st.DrawFn) -> str:
    names = one_of(("Code", "Message", "faultcode", "faultstring", "Error", "soap:Fault", "x"))
    parts = draw(st.lists(st.tuples(names, one_of((*WORDS, *LINES))), max_size=5))
    text = "".join(f"<{name}>{inner}</{name}>" for name, inner in parts)
    before = draw(one_of(("", '<?xml version="1.0"?>', "failed: ")))
    return f"{before}<Error>{text}</Error>"


def _spelled(key: str) -> st.SearchStrategy[str]:
    return one_of((key, key.upper(), f"{key[:3]}_{key[3:]}", f"{key[:4]}-{key[4:]}", key.capitalize()))


KEYS = one_of((*MESSAGES, *CLASSES, *CODES, *STACKS, *CAUSES, *ATTEMPTS, "file", "line", "function", "x")).flatmap(
    _spelled
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    one_of((0, 1, 503, -2, 1.5, 1e300)),
    one_of(LINES),
    one_of(WORDS),
    LAID_OUT,
)
DOCUMENTS = st.one_of(
    one_of(WHOLE),
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=7
    ),
)
"""Objects in the usual shapes and others, with anything where a text or a number is expected."""


@st.composite
def error_texts(draw: st.DrawFn) -> str:
    """A text of any kind, or some together; some are cut at both ends."""
    kinds = (LAID_OUT, rust_debug(), xml(), DOCUMENTS.map(_printed), st.just("\n"), st.just(": "))
    text = "".join(draw(st.lists(st.one_of(kinds), min_size=1, max_size=3)))
    if draw(st.integers(0, 3)) == 0:
        text = text[draw(st.integers(0, 40)) : draw(st.integers(0, len(text)))]
    return text.replace("\x00", "")


def _printed(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)
