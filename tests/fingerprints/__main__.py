"""`make patterns FILES=…`: how well any files of labelled texts or pairs are grouped, and what is wrongly together or apart."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dlq.patterns.fingerprint import fingerprint
from dlq.patterns.fingerprint.masking.payload_values import payload_values
from tests.support.labelled import Text, grouped, labelled_texts, score_within_tasks, texts_of_pair

LONGEST_SHOWN = 230


def main(paths: list[str]) -> int:
    if not paths:
        print("Say which files: make patterns FILES='a.json b.json'", file=sys.stderr)
        return 2
    for path in paths:
        documents = json.loads(Path(path).read_text(encoding="utf-8"))
        if documents and "kind" in documents[0]:
            _print_pairs(path, documents)
        else:
            _print_labelled(path, list(labelled_texts(documents)))
    return 0


def _print_labelled(path: str, texts: list[Text]) -> None:
    patterns = grouped(texts)
    result = score_within_tasks(texts, lambda text: patterns[id(text)])
    for heading, pairs in (("together", result.wrongly_together), ("apart", result.wrongly_apart)):
        shown: set[tuple[str, str]] = set()
        for one, other in pairs:
            # A pair of causes once is enough to see what is wrong.
            if (one.cause, other.cause) not in shown:
                shown.add((one.cause, other.cause))
                _print_pair(f"wrongly {heading}: {one.cause} / {other.cause}", (one, other))
    causes = len({(text.task, text.cause) for text in texts})
    print(f"{path}: {len(texts)} texts of {causes} causes: {result}")


def _print_pairs(path: str, pairs: list[dict[str, Any]]) -> None:
    right = 0
    texts_of = [texts_of_pair(pair) for pair in pairs]
    patterns = grouped([text for texts in texts_of for text in texts])
    for pair, texts in zip(pairs, texts_of, strict=True):
        is_same = len({patterns[id(text)] for text in texts}) == 1
        if is_same == (pair["kind"] == "same"):
            right += 1
        else:
            _print_pair(f"wrongly {'together' if is_same else 'apart'}: {pair['task']}", texts)
    print(f"{path}: {right} of {len(pairs)} pairs are right: {right / len(pairs):.1%}")


def _print_pair(heading: str, texts: Iterable[Text]) -> None:
    print(heading)
    for text in texts:
        print(f"    {str(text.last_error or text.failure_reason)[:LONGEST_SHOWN]!r}")
        print("      ", " | ".join(f"{label}={value}" for label, value in _fingerprint(text).why[1:])[:LONGEST_SHOWN])


def _fingerprint(text: Text) -> Any:
    return fingerprint(text.task, text.last_error, text.failure_reason, payload_values(text.payload))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
