"""Of an error's lines those count that say why."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.telling_lines import telling_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("cannot load stock\n\nCaused by:\n    pool timed out", ["cannot load stock", "pool timed out"]),
        ("a failed\n\nCaused by:\n    0: b failed\n    1: c failed\n\nStack backtrace:\n   0: x::y",
         ["a failed", "b failed", "c failed"]),
        ("a.B: x\n\tat a.C.d(C.java:1)\nCaused by: a.E: y\n\tat a.F.g(F.java:2)\n\t... 3 more", ["a.B: x", "a.E: y"]),
        ("A.B: x\n ---> C.D: y\n   at E.F(G h) in /i.cs:line 1", ["A.B: x", "C.D: y"]),
        (
            'Traceback (most recent call last):\n  File "/a.py", line 1, in b\n    c()\nd.E: x\nDETAIL:  Key (f)=(1) exists.',
            ["d.E: x"],
        ),
        ("Error: x\n    at a (/b.js:1:2) {\n  code: 'E1',\n  length: 42\n}", ["Error: x"]),
        (
            "Command failed: convert /tmp/a1.png -resize 10x /tmp/b.png (exit code 1)\nconvert: no decode delegate\n",
            ["Command failed: convert exit code 1", "convert: no decode delegate"],
        ),
        ("Command failed: rsvg /tmp/x.svg\nexit code: 137", ["Command failed: rsvg", "exit code: 137"]),
        ("import failed\nReason: the file is empty", ["import failed", "Reason: the file is empty"]),
        ("x failed (SQL: insert into a values (1))", ["x failed"]),
        # An exception behind its frames or before them, though the beginning was cut off.
        ('  File "/a.py", line 1, in b\n    c()\nd.E: x', ["d.E: x"]),
        ('d.E: x\n  File "/a.py", line 1, in b\n    c()', ["d.E: x"]),
        ("Cloning into 'a'...\nremote: Access denied\nfatal: Authentication failed",
         ["Cloning into 'a'...", "remote: Access denied", "fatal: Authentication failed"]),
        ("module.a: Creating...\n╷\n│ Error: no such bucket\n│\n╵", ["module.a: Creating...", "Error: no such bucket"]),
        ("2026-05-02 11:02:44 UTC ERROR - a failed", ["a failed"]),
        ('** (Ecto.InvalidChangesetError) is invalid.\n\nErrors\n\n    %{phone: [{"can\'t be blank", []}]}\n',
         ["** (Ecto.InvalidChangesetError) is invalid.", "field \"phone\" can't be blank"]),
        ("KeyError: 'a'\n  File \"/a.py\", line 1, in b\n    c()\nemployee E4 run 2", ["KeyError: 'a'", "employee E4 run 2"]),
        ("WARNING: /etc/a is readable. This is insecure.\nError: b failed", ["Error: b failed"]),
        ("/a/b.py:3: UserWarning: c\n  warnings.warn(\nd.E: x", ["d.E: x"]),
        ("mysqldump: [Warning] Using a password can be insecure.\nmysqldump: Got error: 1045", ["mysqldump: Got error: 1045"]),
        ("(node:12) DeprecationWarning: a is deprecated\nError: b", ["Error: b"]),
        ("pg_restore: while PROCESSING TOC:\npg_restore: from TOC entry 3; ACL TABLE a\npg_restore: error: no role",
         ["pg_restore: error: no role"]),
        ("undefined method `a' for nil\n\n    b.a\n     ^^\n/srv/app/c.rb:1:in `d'", ["undefined method `a' for nil"]),
        ("Order 1:\nS processed successfully\nE material is unknown", ["Order 1:", "E material is unknown"]),
        ("#9 [builder 4/6] RUN npm ci\n#9 6.80 npm error in sync", ["#9 [builder 4/6] RUN npm ci", "#9 6.80 npm error in sync"]),
        ("Error: a\n    at b (/c.js:1:2) {\n  results: [ { error: 'Field `d` must be a number.', ok: false } ]\n}",
         ["Error: a", "Field `d` must be a number."]),
    ],
)  # fmt: skip
def test_lines_that_say_why_are_chosen(text: str, lines: list[str]) -> None:
    assert telling_lines(text) == lines


def test_root_is_kept_when_a_chain_is_long() -> None:
    chain = "a failed\n\nCaused by:\n" + "\n".join(f"    {number}: step {'x' * number} failed" for number in range(30))
    assert telling_lines(chain)[0] == "a failed"
    assert telling_lines(chain)[-1] == f"step {'x' * 29} failed"
