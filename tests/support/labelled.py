"""Labelled error texts: which of them have one cause. How well the fingerprint says the same, by pairs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from dlq.patterns.fingerprint import Fingerprint, fingerprint
from dlq.patterns.fingerprint.alike import Template, patterns_of
from dlq.patterns.fingerprint.masking.payload_values import payload_values

FOLDER = Path(__file__).resolve().parents[1] / "fingerprints"
USUAL_REASON = "Job exceeded maximum retry attempts (5/5)"


@dataclass(frozen=True)
class Text:
    """One failure as the table has it, with the cause that a person says it has."""

    cause: str
    ecosystem: str
    task: str
    last_error: Any
    failure_reason: str
    payload: Any = None


@dataclass(frozen=True)
class Score:
    """Of the pairs that were put together, how many belong together; of those that belong together, how many were."""

    precision: float
    recall: float
    wrongly_together: list[tuple[Text, Text]]
    wrongly_apart: list[tuple[Text, Text]]

    def __str__(self) -> str:
        return f"precision {self.precision:.4f}, recall {self.recall:.4f}"


def texts(name: str) -> list[Text]:
    """Those of tests/fingerprints/<name>.json."""
    return list(labelled_texts(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))))


def labelled_texts(documents: list[dict[str, Any]]) -> Iterator[Text]:
    """Of a list of causes with their texts, or a list of texts that name their `group`."""
    for cause in documents:
        if "group" in cause:
            yield Text(
                cause["group"], "", cause["task"], cause["last_error"], cause["failure_reason"], cause.get("payload")
            )
            continue
        for text in cause["texts"]:
            yield Text(
                cause["cause"],
                cause["ecosystem"],
                text["task_identifier"],
                text["last_error"],
                text.get("failure_reason", USUAL_REASON),
                text.get("payload"),
            )


def texts_of_pair(pair: dict[str, Any]) -> list[Text]:
    """Both of a pair that somebody called the same cause, or different ones."""
    payloads = pair.get("payloads") or [None] * len(pair["texts"])
    return [
        Text("", "", pair["task"], error, "", payload) for error, payload in zip(pair["texts"], payloads, strict=True)
    ]


def grouped(labelled: list[Text]) -> dict[int, Hashable]:
    """The pattern of each text (by its id), as the classifier finds it when it has met all of them."""
    by_task: dict[str, list[tuple[Text, Fingerprint]]] = defaultdict(list)
    for text in labelled:
        values = payload_values(text.payload)
        by_task[text.task].append((text, fingerprint(text.task, text.last_error, text.failure_reason, values)))
    patterns: dict[int, Hashable] = {}
    for task, read in by_task.items():
        prints = list(dict.fromkeys((print_.kind, print_.message) for _text, print_ in read))
        words = {(print_.kind, print_.message): print_.words for _text, print_ in reversed(read)}
        first = patterns_of([Template(kind, words[kind, message]) for kind, message in prints])
        found = dict(zip(prints, first, strict=True))
        for text, print_ in read:
            patterns[id(text)] = (task, found[print_.kind, print_.message])
    return patterns


def score_within_tasks(labelled: list[Text], pattern: Callable[[Text], Hashable]) -> Score:
    """By pairs of texts of one task only: patterns of different tasks are never the same."""
    return score(labelled, pattern, combinations_of=_within_tasks)


def _within_tasks(labelled: list[Text]) -> Iterator[tuple[Text, Text]]:
    by_task: dict[str, list[Text]] = {}
    for text in labelled:
        by_task.setdefault(text.task, []).append(text)
    for texts_of_task in by_task.values():
        yield from combinations(texts_of_task, 2)


def _all_pairs(labelled: list[Text]) -> Iterator[tuple[Text, Text]]:
    return combinations(labelled, 2)


def score(
    labelled: list[Text],
    pattern: Callable[[Text], Hashable],
    *,
    combinations_of: Callable[[list[Text]], Iterator[tuple[Text, Text]]] = _all_pairs,
) -> Score:
    patterns = {id(text): pattern(text) for text in labelled}
    together = belonging = right = 0
    wrongly_together, wrongly_apart = [], []
    for one, other in combinations_of(labelled):
        same = patterns[id(one)] == patterns[id(other)]
        belong = one.cause == other.cause
        together += same
        belonging += belong
        right += same and belong
        if same and not belong:
            wrongly_together.append((one, other))
        if belong and not same:
            wrongly_apart.append((one, other))
    return Score(right / together if together else 1.0, right / belonging, wrongly_together, wrongly_apart)
