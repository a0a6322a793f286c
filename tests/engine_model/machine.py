"""Random lives of a dead letter queue: each rule does one thing to the database and to the model, and both must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dlq.entries.note_editing import save_note
from dlq.models import BulkOperation, Requeue
from dlq.monitoring.tallies import fold_tallies
from dlq.operations import runner
from dlq.operations.confirmation import Confirmation, begin
from dlq.operations.kinds import KINDS
from dlq.outcomes.settling import settle
from dlq.process.processor import process_failed_jobs
from dlq.table.location import TABLE
from dlq.trash.purge import purge_trash
from tests.engine_model import database
from tests.engine_model.compare import Clock, compare, compare_filter
from tests.engine_model.model import CHUNK, Model, Operation
from tests.engine_model.world import CURSED, MOVES_OF_A_START, Entry, Job
from tests.support import jobs as queue
from tests.support.database import sql
from tests.support.operations import confirm

T = TypeVar("T")

TASKS = ("send_email", "charge")
KEYS = (None, None, None, *"abcdef")
PAYLOADS = ('{"n": 10.00}', '{"n": 7}', "[1]", "[2, 3]", "null", '{"big": 1152921504606846976}')
FILTERS: dict[str, tuple[list[tuple[str, str]], Callable[[Model, Entry], bool]]] = {
    "everything": ([], lambda _model, _entry: True),
    "task": ([("task_identifier", "send_email")], lambda _model, entry: entry.task == "send_email"),
    "new": ([("status", "new")], lambda model, entry: model.status_of(entry) == "new"),
    "open": (
        [("status", "open")],
        lambda model, entry: model.status_of(entry) not in ("recovered", "superseded"),
    ),
    "noted": ([("has_notes", "yes")], lambda _model, entry: bool(entry.notes)),
}

ENDS = st.sampled_from(("finish", "finish", "exhaust", "exhaust", "fail", ""))
GOOD = st.builds(
    Entry,
    id=st.just(0),
    failed=st.just(0),
    task=st.sampled_from(TASKS),
    payload=st.sampled_from(PAYLOADS),
    queue=st.sampled_from(("", "bills")),
    priority=st.sampled_from((0, -5)),
    key=st.sampled_from(KEYS),
    max_attempts=st.sampled_from((None, 1, 12)),
    notes=st.sampled_from((None, "", "mine")),
    tenant=st.sampled_from((None, "acme")),
)
POISON: tuple[dict[str, Any], ...] = (
    {"task": "t" * 129},
    {"priority": 40_000},
    {"max_attempts": 0},
    {"key": ""},
    {"key": None, "tenant": CURSED},
)
"""What the queue or the owner's trigger refuses. A cursed one has no key: nobody could move a job onto it."""
ENTRIES = st.one_of(*[GOOD] * 12, st.builds(lambda entry, bad: replace(entry, **bad), GOOD, st.sampled_from(POISON)))
REQUEUE_OPTIONS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "key_policy": st.sampled_from(("skip", "replace", "drop")),
        "also_on_their_way": st.booleans(),
        "also_recovered": st.booleans(),
        "note": st.just("mail server is back"),
        "priority": st.just(7),
        "queue_name": st.sampled_from(("", "slow")),
        "max_attempts": st.just(9),
        "run_at": st.just(timedelta(hours=1)),
        "spread": st.just(timedelta(hours=10)),
        "canary_size": st.integers(1, 4),
        "canary_needed": st.integers(1, 2),
    },
)
SELECTIONS = st.sampled_from(("ticked", *FILTERS))
CHUNKS = st.sampled_from((None, 0, 1, 10, 10))
"""How far an operation is driven at once. None: its confirmation page stays open for now."""
NOTE_OPTIONS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"note": st.just("told the customer"), "replace_notes": st.booleans()}
)
CHANGES = st.sampled_from((("set", "n", "0.50"), ("set", "n", "7"), ("add", "cured", "1.50"), ("add", "n", "10.00")))
"""Of the payloads that are objects; of the others each is refused."""
UNDOES = {"requeue": ("recall",), "edit": ("recall", "put_back"), "delete": ("restore",)}
SEEN: Counter[str] = Counter()
"""What has happened in all lives: kinds, states, reasons and outcomes."""


@dataclass
class Confirmed:
    """A confirmation page that is open, and what sending it will begin."""

    page: Confirmation
    details: dict[str, Any]
    expected: Operation


class Engine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        database.empty()
        self.model = Model()
        self.clock = Clock()
        self.pages: list[Confirmed] = []

    def one(self, data: st.DataObject, things: Sequence[T], label: str) -> T:
        return data.draw(st.sampled_from(things), label=label)

    # What surrounds the engine.

    @initialize(has_unique_keys=st.booleans(), entries=st.lists(ENTRIES, min_size=8, max_size=14))
    def fill(self, has_unique_keys: bool, entries: list[Entry]) -> None:
        database.make_keys_unique(has_unique_keys)
        self.model.has_unique_keys = has_unique_keys
        self.entries_arrive(entries)

    @rule(entries=st.lists(ENTRIES, min_size=2, max_size=5))
    def entries_arrive(self, entries: list[Entry]) -> None:
        for entry in entries:
            entry = replace(entry, failed=self.model.next_tick())
            if not self.model.key_is_taken(entry.key):
                added = replace(entry, id=database.add(entry))
                self.model.entries[added.id] = added

    @rule(ends=st.lists(ENDS, min_size=5, max_size=12), by_library=st.booleans(), then=st.sampled_from(range(4)))
    def worker_works(self, ends: list[str], by_library: bool, then: int) -> None:
        """It takes as many jobs as there are ends, in order; "" still runs until the next time. Then comes what often follows."""
        for job in [job for job in self.model.jobs.values() if job.is_locked]:
            self._end(job, ends[0], by_library)
        due = [job for job in self.model.jobs.values() if job.is_available and not job.later]
        for job, end in zip(due, ends, strict=False):
            queue.start(job.id)
            self.model.start(job)
            self._end(job, end, by_library)
        if then >= 1:
            self.failed_jobs_move_to_the_table()
        if then >= 2:
            self.outcomes_are_settled()

    def _end(self, job: Job, end: str, by_library: bool) -> None:
        if end:
            getattr(queue, end)(job.id)
            getattr(self.model, end)(job)
        if end == "finish" and by_library and job.key:
            sql(f"DELETE FROM {TABLE.regclass} WHERE job_key = %s", job.key)
            for entry in [entry for entry in self.model.entries.values() if entry.key == job.key]:
                self.model.delete_by_others(entry)

    @rule()
    def failed_jobs_move_to_the_table(self) -> None:
        dead = self.model.dead_jobs()
        assert process_failed_jobs(TABLE).jobs == [job.id for job in dead]
        tick = self.model.next_tick()
        for job in dead:
            # One that updated an entry has no entry of its own, and the id is not asked for.
            new = sql(f"SELECT id FROM {TABLE.regclass} WHERE {TABLE.names['job_id']} = %s", job.id)
            self.model.seen_exhausted(job)
            self.model.move_to_table(job, tick, new[0][0] if new else 0)

    @rule(tasks=st.lists(st.sampled_from(TASKS), min_size=MOVES_OF_A_START, max_size=MOVES_OF_A_START))
    def worker_of_the_library_starts(self, tasks: list[str]) -> None:
        """Some of its jobs failed for good a moment ago. It moves as many as it moves at a start, and deletes the others."""
        failing = [job for job in self.model.jobs.values() if job.is_available and not job.later][::2]
        self.entries_arrive([Entry(0, 0, task) for task in tasks])
        for job in failing:
            queue.finish(job.id)
            self.model.finish(job)

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data(), by=st.sampled_from(("delete", "requeue", "add", "add", "add", "remove the job of")))
    def others_meddle(self, data: st.DataObject, by: str) -> None:
        entry = self.one(data, list(self.model.entries.values()), "entry")
        if by == "delete":
            sql(f"DELETE FROM {TABLE.regclass} WHERE id = %s", entry.id)
            self.model.delete_by_others(entry)
        elif by == "add" and not entry.is_cursed:
            payload = self.one(data, PAYLOADS, "payload")
            job = queue.add_job("charge", payload, job_key=entry.key or None, max_attempts=1)
            self.model.add_job(Job(job, "charge", payload, "", 0, entry.key or None, max_attempts=1))
        elif by == "requeue" and database.queue_takes(entry) and not entry.is_cursed:
            self.model.requeue_by_library(entry, database.requeue_by_library(entry))
        elif by == "remove the job of":
            jobs = {link.job for link in self.model.links if link.entry == entry.id}
            for gone in [job for job in self.model.jobs.values() if job.id in jobs and not job.is_locked]:
                queue.finish(gone.id)
                self.model.finish(gone)

    # Operations.

    @rule(data=st.data(), selection=SELECTIONS, too=st.booleans())
    def entries_are_requeued(self, data: st.DataObject, selection: str, too: bool) -> None:
        self._confirm(data, "requeue", selection, {"also_on_their_way": too, "also_recovered": too})
        self._go_on(10)

    @rule(data=st.data(), selection=SELECTIONS, options=REQUEUE_OPTIONS, chunks=CHUNKS)
    def requeue_is_confirmed(
        self, data: st.DataObject, selection: str, options: dict[str, Any], chunks: int | None
    ) -> None:
        self._confirm(data, "requeue", selection, options)
        self._go_on(chunks)

    @rule(data=st.data(), selection=SELECTIONS, options=REQUEUE_OPTIONS, change=CHANGES, chunks=CHUNKS)
    def payloads_are_edited(
        self,
        data: st.DataObject,
        selection: str,
        options: dict[str, Any],
        change: tuple[str, str, str],
        chunks: int | None,
    ) -> None:
        self._confirm(data, "edit", selection, options | {"change": change})
        self._go_on(chunks)

    @rule(data=st.data(), options=NOTE_OPTIONS, chunks=CHUNKS)
    def entries_are_noted(self, data: st.DataObject, options: dict[str, Any], chunks: int | None) -> None:
        self._confirm(data, "note", "noted", options)
        self._go_on(chunks)

    @rule(data=st.data(), selection=st.sampled_from(("ticked", "ticked", "open")), leaves=st.booleans(), chunks=CHUNKS)
    def entries_are_deleted(self, data: st.DataObject, selection: str, leaves: bool, chunks: int | None) -> None:
        self._confirm(data, "delete", selection, {"leaves_earlier_lives": leaves})
        self._go_on(chunks)

    @precondition(lambda self: self._without_key())
    @rule(data=st.data(), lives=st.integers(1, 4), is_settled=st.booleans())
    def entry_comes_back_again_and_again(self, data: st.DataObject, lives: int, is_settled: bool) -> None:
        """Its job dies each time that it is requeued, and arrives as a further life of the chain."""
        entry = self.one(data, self._without_key(), "entry")
        for _life in range(lives):
            expected = Operation("requeue", self.model.next_tick(), max(self.model.entries), ticked=[entry])
            expected.cursor = entry - 1
            self.pages.append(Confirmed(confirm("requeue", [entry]).counted(1), {}, expected))
            self._go_on(10)
            job = next((self.model.jobs.get(one.job) for one in self.model.links if one.operation == expected.id), None)
            if job is None:
                break
            queue.exhaust(job.id)
            self.model.exhaust(job)
            self.failed_jobs_move_to_the_table()
            entry = max(self.model.entries)
            if is_settled:
                self.outcomes_are_settled()

    def _without_key(self) -> list[int]:
        return [entry.id for entry in self.model.entries.values() if entry.key is None and not entry.is_cursed]

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data(), kind=st.sampled_from(("recall", "restore", "put_back")))
    def chosen_ones_are_taken_back(self, data: st.DataObject, kind: str) -> None:
        known = [*self.model.entries, *(entry for _operation, entry in self.model.trash)]
        self._confirm(data, kind, "ticked", {}, known=sorted(set(known)))
        self._go_on(10)

    def _confirm(
        self, data: st.DataObject, kind: str, selection: str, options: dict[str, Any], known: Sequence[int] = ()
    ) -> None:
        known = known or list(self.model.entries)
        frozen = self.model.next_tick()
        expected = Operation(kind, frozen, max(self.model.entries, default=0))
        if selection == "ticked":
            chosen = st.sets(st.sampled_from(known), min_size=1, max_size=7) if known else st.just(set())
            ticked = sorted(data.draw(chosen, label="ticked"))
            expected.ticked = sorted(self.model.deleted_together(ticked)) if kind == "restore" else ticked
            expected.cursor = min(expected.ticked) - 1 if expected.ticked else None
            page = confirm(kind, KINDS[kind].together(ticked))
        else:
            pairs, matches = FILTERS[selection]
            expected.matches = lambda entry: matches(self.model, entry)
            page = confirm(kind, pairs=pairs)
        page = page.counted(len(self.model.matching(expected)))
        self.pages.append(Confirmed(page, database.details(options), _with_options(expected, options)))

    @precondition(lambda self: self.pages)
    @rule(data=st.data())
    def confirmation_is_sent(self, data: st.DataObject) -> None:
        self._send(self.one(data, self.pages, "page"))

    def _go_on(self, chunks: int | None) -> None:
        """With the confirmation just made."""
        if chunks is not None:
            self._send(self.pages[-1])
            self._drive(self.pages[-1].expected, chunks)

    def _send(self, page: Confirmed) -> None:
        operation, is_new = begin(page.page, actor="ann", **page.details)
        assert is_new == (page.expected.id == 0)
        self._begun(operation, page.expected)

    def _begun(self, operation: BulkOperation, expected: Operation) -> None:
        expected.id = operation.pk
        expected.stamp = operation.stamped_note if operation.note else ""
        self.model.operations[operation.pk] = expected

    @precondition(lambda self: self._undoable())
    @rule(data=st.data(), chunks=CHUNKS.filter(lambda chunks: chunks is not None))
    def whole_operation_is_taken_back(self, data: st.DataObject, chunks: int) -> None:
        undone = self.one(data, self._undoable(), "operation")
        kind = self.one(data, UNDOES[undone.kind], "kind")
        expected = Operation(kind, self.model.next_tick(), 0, undoes=undone.id)
        operation, _new = begin(Confirmation.of(kind, 1), actor="bob", undoes_id=undone.id)
        self._begun(operation, expected)
        self._drive(expected, chunks)

    def _undoable(self) -> list[Operation]:
        return [operation for operation in self.model.operations.values() if operation.kind in UNDOES]

    @precondition(lambda self: self.model.operations)
    @rule(data=st.data(), verb=st.sampled_from((None, "pause", "resume", "cancel")), chunks=st.sampled_from((0, 1, 10)))
    def operation_is_steered_and_driven(self, data: st.DataObject, verb: str | None, chunks: int) -> None:
        open_ones = [one for one in self.model.operations.values() if one.state not in ("done", "cancelled")]
        expected = self.one(data, open_ones or list(self.model.operations.values()), "operation")
        if verb:
            happened = getattr(runner, verb)(expected.id, "ann said so.")
            assert happened == self.model.steer(expected, verb)
        self._drive(expected, chunks)

    def _drive(self, expected: Operation, chunks: int) -> None:
        for _chunk in range(chunks):
            if not expected.is_under_way:
                break
            with override_settings(DLQ_CHUNK_SIZE=CHUNK):
                runner.advance(expected.id, budget=0)
            job_ids = dict(Requeue.objects.filter(operation=expected.id).values_list("entry_id", "job_id"))
            self.model.advance(expected, job_ids)

    # What goes on beside them.

    @rule()
    def outcomes_are_settled(self) -> None:
        settle(10)
        fold_tallies()
        self.model.settle()

    @precondition(lambda self: any(not entry.is_cursed for entry in self.model.entries.values()))
    @rule(data=st.data(), text=st.sampled_from(("", "edited", "mine\nand more")), empty=st.booleans())
    def somebody_tidies_up(self, data: st.DataObject, text: str, empty: bool) -> None:
        """Edits a note, and forgets what is in the trash."""
        entry = self.one(data, [one for one in self.model.entries.values() if not one.is_cursed], "entry")
        save_note(entry.id, seen=entry.notes or "", text=text, actor="ann")
        if text != (entry.notes or ""):
            self.model.note_texts.append((entry.id, text))
            entry.notes = text or None
        if empty:
            with override_settings(DLQ_TRASH_DAYS=0):
                assert purge_trash() == len(self.model.trash)
            self.model.trash.clear()

    def teardown(self) -> None:
        compare_filter(self.model)
        for operation in self.model.operations.values():
            SEEN.update([operation.kind, operation.state, *operation.skipped.values()])
        SEEN.update(link.outcome or "unsettled" for link in self.model.links)
        SEEN.update(f"{lives} lives" for lives in Counter(self.model.chains.values()).values())

    @invariant()
    def database_is_as_the_model_says(self) -> None:
        compare(self.model, self.clock)


def _with_options(operation: Operation, options: dict[str, Any]) -> Operation:
    return replace(
        operation,
        queue=options.get("queue_name"),
        later="run_at" in options,
        is_spread="spread" in options,
        replace_notes=options.get("replace_notes", False),
        key_policy=options.get("key_policy", "skip"),
        also_on_their_way=options.get("also_on_their_way", False),
        also_recovered=options.get("also_recovered", False),
        change=options.get("change", ("", "", "")),
        leaves_earlier_lives=options.get("leaves_earlier_lives", False),
        priority=options.get("priority"),
        max_attempts=options.get("max_attempts"),
        canary_size=options.get("canary_size"),
        canary_needed=options.get("canary_needed"),
    )
