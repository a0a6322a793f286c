"""Of a tool's output the lines count that complain, each complaint once, without what the tool was called with."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.tool_output import command, complains, complaints, once_each


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tar: a.jpg: Cannot open: File exists", True),
        ("gpg: public key decryption failed: Bad passphrase", True),
        ("redis.exceptions.ReadOnlyError: x", True),
        ("Enumerating objects: 9, done.", False),
        ("The push refers to repository [a]", False),
        ("javaldx: Could not find a Java Runtime Environment!", False),
        ("gpg: WARNING: no such thing", False),
    ],
)
def test_complaint_is_known(line: str, expected: bool) -> None:
    assert complains(line) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["ffmpeg version 6", "a.mov: moov atom not found", "exit code: 1"], ["a.mov: moov atom not found"]),
        (["all well", "exit code: 137"], ["all well", "exit code: 137"]),
        (["a: x: File exists", "a: y z: File exists", "a: y: is full"], ["a: x: File exists", "a: y: is full"]),
    ],
)
def test_how_it_ended_counts_where_nothing_was_complained_of(lines: list[str], expected: list[str]) -> None:
    assert complaints(lines) == expected


def test_same_complaint_about_many_is_one() -> None:
    lines = ["tar: a 1.jpg: Cannot open: File exists", 'tar: b "c".jpg: Cannot open: File exists', "tar: leaving"]
    assert once_each(lines) == [lines[0], lines[2]]


@pytest.mark.parametrize(
    "called", ["Command failed: /usr/bin/convert -a /tmp/b.png", "Command failed: convert /tmp/c d.png"]
)
def test_command_is_the_program(called: str) -> None:
    assert command(called).strip() == "Command failed: convert"
