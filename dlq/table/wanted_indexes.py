"""The indexes that the pages work best with: what each is on, what it is for, and how to tell whether the table has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from dlq.db.identifiers import quoted
from dlq.table.columns import listed_columns
from dlq.table.indexes import TableState
from dlq.table.location import DlqTable
from dlq.table.searched_text import SEARCHED_COLUMNS, searched_text, searched_words

TRIGRAM_BYTES, WORD_BYTES, PAYLOAD_BYTES = 0.8, 0.6, 0.55
"""Of a GIN index for each byte of its columns, as measured on the benchmark's table (docs/performance.md)."""

WITH_NOTES = 0.1
"""Of the rows, for want of knowledge."""
BTREE_ROW = 22
"""Bytes of an entry of a btree index beside its values: header, line pointer, alignment, free space."""

IndexKind = Literal["library", "recommended", "optional"]


@dataclass(frozen=True)
class Wanted:
    """An index. `on` is what follows ON table in CREATE INDEX, `columns` what its size comes from."""

    suffix: str
    on: str
    columns: tuple[str, ...]
    serves: str
    is_there: Callable[[TableState], bool]
    kind: IndexKind = "recommended"
    is_unique: bool = False
    bytes_per_byte: float = 1.0
    bytes_per_row: int = BTREE_ROW
    replaces: Callable[[TableState], Sequence[str]] = lambda state: ()
    """The names of those that are of no use beside it."""


def wanted(table: DlqTable, trigrams_in: str | None) -> list[Wanted]:
    """All of them, most important first. `trigrams_in`: the schema of pg_trgm, None where the server has none."""
    job_id = table.names["job_id"]
    return [
        Wanted(
            "failed_at_id",
            "(failed_at, id) INCLUDE (task_identifier, queue_name, failure_count)",
            ("failed_at", "id", "task_identifier", "queue_name", "failure_count"),
            "The list in its usual order page by page, going to a time, and the statistics.",
            lambda state: state.gives_order("failed_at", "id"),
        ),
        _in_order("recommended", "Operations on everything of a task, and sorting by task.", "task_identifier", "id"),
        Wanted(
            "job_id",
            f"({job_id})",
            (table.job_id_column,),
            "A job's number, and the way from a job that failed again back to the first one.",
            lambda state: state.finds(table.job_id_column),
        ),
        Wanted(
            "notes",
            "(failed_at, id) WHERE notes IS NOT NULL",
            ("failed_at", "id"),
            "Failed jobs with notes: the filter by them, and their part of a search.",
            lambda state: state.finds_notes,
            bytes_per_byte=WITH_NOTES,
            bytes_per_row=int(BTREE_ROW * WITH_NOTES),
        ),
        *_made_by_library(),
        *_optional(trigrams_in),
        *_on_extra_columns(table),
    ]


UNIQUE_KEY = Wanted(
    "job_key_unique",
    "(job_key) WHERE job_key IS NOT NULL",
    ("job_key",),
    "One failed job a key: a keyed job that fails again then updates its row. Can't be made while two rows share a key.",
    lambda state: state.has_unique_key,
    is_unique=True,
)


def _in_order(kind: IndexKind, serves: str, *columns: str) -> Wanted:
    """One that gives the failed jobs in the order of these columns."""
    return Wanted(
        "_".join(columns),
        f"({', '.join(columns)})",
        columns,
        serves,
        lambda state: state.gives_order(*columns),
        kind,
    )


def _made_by_library() -> list[Wanted]:
    """What the backfill library makes itself; a table that was made by hand may lack them."""
    return [
        Wanted(
            column,
            f"({column}{' DESC' if column == 'failed_at' else ''}){condition}",
            (column,),
            serves,
            lambda state, column=column: state.finds(column),  # type: ignore[misc]
            "library",
        )
        for column, condition, serves in (
            ("task_identifier", "", "The filter by task and the choice of tasks."),
            ("failed_at", "", "The list in its usual order."),
            ("queue_name", "", "The filter by queue and the choice of queues."),
            ("job_key", " WHERE job_key IS NOT NULL", "The filter by key, and failed jobs that share one."),
        )
    ]


def _optional(trigrams_in: str | None) -> list[Wanted]:
    return [
        *search_indexes(trigrams_in),
        Wanted(
            "payload",
            "USING gin (payload jsonb_path_ops)",
            ("payload",),
            "The filter by payload (customer_id=42) over the whole table at once.",
            lambda state: state.finds_payload,
            "optional",
            bytes_per_byte=PAYLOAD_BYTES,
            bytes_per_row=0,
        ),
        _in_order(
            "optional",
            "The list of a task that has not failed for long, however many others failed since.",
            "task_identifier",
            "failed_at",
            "id",
        ),
        _in_order("optional", "Operations on everything of a queue, and sorting by queue.", "queue_name", "id"),
        _in_order("optional", "Sorting by failures, and the filter “failures at least”.", "failure_count", "id"),
    ]


def search_indexes(trigrams_in: str | None) -> list[Wanted]:
    """Those of the search: by trigrams where the server has pg_trgm, else by words."""
    if trigrams_in is None:
        return [
            Wanted(
                "search_words",
                f"USING gin (({searched_words()}))",
                SEARCHED_COLUMNS,
                "The search for whole words and their beginnings. (This server has no pg_trgm, which finds parts of words too.)",
                lambda state: state.finds_words or state.finds_parts_of_words,
                "optional",
                bytes_per_byte=WORD_BYTES,
                bytes_per_row=0,
            )
        ]
    operators = f"{quoted(trigrams_in)}.gin_trgm_ops"
    return [
        Wanted(
            "search",
            f"USING gin (({searched_text()}) {operators})",
            SEARCHED_COLUMNS,
            "The search in reason, key, error and payload, over the whole table at once.",
            lambda state: state.finds_parts_of_words,
            "optional",
            bytes_per_byte=TRIGRAM_BYTES,
            bytes_per_row=0,
        ),
        Wanted(
            "search_notes",
            f"USING gin (notes {operators}) WHERE notes IS NOT NULL",
            ("notes",),
            "The search in notes, where very many failed jobs have some.",
            lambda state: state.finds_parts_of_notes,
            "optional",
            bytes_per_byte=TRIGRAM_BYTES * WITH_NOTES,
            bytes_per_row=0,
        ),
    ]


def _on_extra_columns(table: DlqTable) -> list[Wanted]:
    """For the columns that DLQ_EXTRA_COLUMNS names."""
    return [
        Wanted(
            f"owner_{number}",
            f"({quoted(column.name)})",
            (column.name,),
            f"The filter by {column.name} and the choice of its values.",
            lambda state, column=column: state.finds(column.name),  # type: ignore[misc]
            "optional",
        )
        for number, column in enumerate(listed_columns(table))
        if column.type_name != "json"
    ]
