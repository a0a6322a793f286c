"""What the specification says the engine does, in plain Python and one thing after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.engine_model.world import MOVES_OF_A_START, Entry, Job, World, edited, job_of, joined

CHUNK = 3
ENDS = ("recovered", "failed_again", "gone", "lost", "unknown")
NEEDS_SETTLED = ("requeue", "edit", "recall", "delete")
"""Kinds whose beginning looks which jobs have come back."""


@dataclass
class Link:
    """A requeue of ours."""

    id: int
    operation: int
    entry: int
    job: int
    revision: int
    later: bool
    at: int
    previous: int | None
    outcome: str = ""
    returned_as: int | None = None
    has_key: bool = False
    attempts_left: int = 0
    """Of the job, when it was last seen."""
    seen_running: bool = False
    is_exhausted: bool = False
    is_uncertain: bool = False

    @property
    def replaced(self) -> bool:
        return self.revision > 0


@dataclass
class PayloadEdited:
    """A payload that one of our operations changed."""

    operation: int
    entry: int
    original: str
    edited: str
    put_back_by: int | None = None


@dataclass
class Operation:
    kind: str
    frozen: int
    max_id: int
    ticked: list[int] | None = None
    matches: Callable[[Entry], bool] = lambda _entry: True
    undoes: int | None = None
    id: int = 0
    stamp: str = ""
    """The note as it is appended; empty where there is none."""
    replace_notes: bool = False
    key_policy: str = "skip"
    also_on_their_way: bool = False
    also_recovered: bool = False
    priority: int | None = None
    queue: str | None = None
    max_attempts: int | None = None
    later: bool = False
    is_spread: bool = False
    canary_size: int | None = None
    canary_needed: int | None = None
    has_watched: bool = False
    has_begun: bool = False
    state: str = "running"
    cursor: int | None = None
    done: set[int] = field(default_factory=set)
    along: set[int] = field(default_factory=set)
    """Of those done the earlier lives that a delete took along."""
    leaves_earlier_lives: bool = False
    change: tuple[str, str, str] = ("", "", "")
    """Of an edit: set or add, the field, and the number that it gets."""
    skipped: dict[int, str] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)

    @property
    def size(self) -> int:
        """Of the next chunk."""
        if not self.canary_size or self.has_watched:
            return CHUNK
        return min(self.canary_size - len(self.done), CHUNK)

    @property
    def is_under_way(self) -> bool:
        return self.state in ("running", "watching")


@dataclass
class Model(World):
    operations: dict[int, Operation] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    trash: dict[tuple[int, int], Entry] = field(default_factory=dict)
    """By operation and entry."""
    edits: list[PayloadEdited] = field(default_factory=list)
    note_texts: list[tuple[int, str]] = field(default_factory=list)
    """Entry and its whole notes, for each time we wrote them."""
    chains: dict[int, int] = field(default_factory=dict)
    """Entries that are lives of chains, wherever they are; a chain is called by its first life."""
    looked: int = 0
    """When all open requeues were looked at last."""

    # Chains.

    def origin_of(self, entry: Entry) -> int | None:
        """The entry from whose requeue its job came, as our own records tell."""
        came = [link for link in self.links if link.job == entry.job and link.outcome != "gone"]
        return max(came, key=lambda link: link.revision).entry if came else None

    def link(self, entries: Iterable[Entry]) -> None:
        for entry in sorted(entries, key=lambda one: one.id):
            origin = self.origin_of(entry)
            if origin in (None, entry.id) or self.chains.get(entry.id, entry.id) != entry.id:
                continue
            assert origin is not None
            chain = self.chains.get(origin, origin)
            self.chains |= {life: chain for life, of in self.chains.items() if of == entry.id}
            self.chains |= {entry.id: chain, origin: chain}

    def lives(self, *entries: int | None) -> set[int]:
        """These, and all that are in a chain with one of them."""
        chains = {self.chains[entry] for entry in entries if entry in self.chains}
        return {entry for entry in entries if entry} | {life for life, chain in self.chains.items() if chain in chains}

    def last_of(self, lives: Iterable[int]) -> int:
        """Of those that are in the table the one that failed last; it stands for all."""
        here = [self.entries[life] for life in lives if life in self.entries]
        return max(here, key=lambda one: (one.failed, one.id)).id

    def earlier_lives(self, entries: Iterable[int]) -> set[int]:
        """In the table, of these, without themselves."""
        chosen = set(entries) & set(self.entries)
        return {
            life
            for entry in chosen
            for life in self.lives(entry) - chosen
            if life in self.entries and self.last_of((life, entry)) == entry
        }

    def deleted_together(self, entries: Iterable[int]) -> set[int]:
        """These, and the lives of their chains that the same operation deleted."""
        chosen = set(entries)
        return chosen | {
            life
            for of, entry in self.trash
            if entry in chosen
            for life in self.lives(entry)
            if (of, life) in self.trash
        }

    # Outcomes.

    def latest(self, entry: Entry) -> Link | None:
        return next((link for link in reversed(self.links) if link.entry == entry.id), None)

    def is_overtaken(self, link: Link) -> bool:
        """A later requeue of ours replaced its job."""
        return any(other.job == link.job and other.revision > link.revision for other in self.links)

    def state_of(self, link: Link) -> str:
        """waiting, running, retrying, recovered, failed_again, lost, unknown or gone."""
        if link.outcome:
            return link.outcome
        job = self.jobs.get(link.job)
        if self.is_overtaken(link) or (job and job.revision != link.revision):
            return "gone"
        if job:
            if job.is_locked:
                return "running"
            if job.is_exhausted:
                return "failed_again"
            return "retrying" if job.attempts else "waiting"
        if self.came_back_as(link):
            return "failed_again"
        if link.is_exhausted:
            return "lost"
        if link.later:
            return "gone"
        # A life is shorter than the time that two attempts or more take from one to the next.
        may_have_failed = link.attempts_left <= (0 if link.seen_running else 1) or self.may_have_been_deleted(link)
        return "unknown" if may_have_failed and not self.was_removed(link) else "recovered"

    def may_have_been_deleted(self, link: Link) -> bool:
        """By a worker of the library that started since the job was seen: it moves so many one by one first."""
        moves = sorted({entry.failed for entry in self.entries.values()}, reverse=True)[:MOVES_OF_A_START]
        return len(moves) == MOVES_OF_A_START and moves[-1] >= max(link.at, self.looked)

    def was_removed(self, link: Link) -> bool:
        """By the library, as it does when a job with the key succeeds."""
        in_trash = any(entry == link.entry for _operation, entry in self.trash)
        return link.has_key and link.entry not in self.entries and not in_trash

    def _arrival_of(self, link: Link) -> int | None:
        arrived = [entry.id for entry in self.entries.values() if entry.job == link.job]
        return max(arrived) if arrived and not link.outcome else None

    def came_back_as(self, link: Link) -> int | None:
        arrived = [entry.id for entry in self.entries.values() if entry.job == link.job]
        if arrived:
            return max(arrived)
        own = self.entries.get(link.entry)
        return own.id if own and own.key is not None and own.failed > link.at and link.job not in self.jobs else None

    def settle_arrivals(self) -> None:
        for entry in self.entries.values():
            self._arrived(entry)
        self.settle_removed()
        if self.links:
            self.link(self.entries.values())

    def _arrived(self, entry: Entry) -> None:
        for link in self.links:
            if (
                link.job == entry.job
                and link.outcome != "gone"
                and not link.returned_as
                and not self.is_overtaken(link)
            ):
                link.outcome, link.returned_as = "failed_again", entry.id
                link.is_uncertain = link.seen_running

    def settle(self) -> None:
        self.settle_arrivals()
        looked = self.next_tick()
        for link in self.links:
            state, job = self.state_of(link), self.jobs.get(link.job)
            if link.outcome:
                continue
            if state in ENDS and not (state == "failed_again" and job):
                link.outcome, link.returned_as = state, self.came_back_as(link)
                link.is_uncertain = state == "failed_again" and link.seen_running
            elif job:
                link.attempts_left = max(job.max_attempts - job.attempts, 0)
                link.seen_running, link.is_exhausted = job.is_locked, job.is_exhausted
        self.looked = looked

    def seen_exhausted(self, job: Job) -> None:
        """Whoever moves a job has looked, and it did not run."""
        for link in self.links:
            if link.job == job.id and not link.outcome:
                link.seen_running = False

    def settle_removed(self) -> None:
        for link in self.links:
            back = link.returned_as
            in_trash = any(entry == back for _operation, entry in self.trash)
            later = any(other.entry in (link.entry, back) and other.id > link.id for other in self.links)
            if (
                link.outcome == "failed_again"
                and link.is_uncertain
                and link.has_key
                and back
                and back not in self.entries
                and not in_trash
                and not later
            ):
                link.outcome = "recovered"

    def status_of(self, entry: Entry) -> str:
        """As the list shows it from what is stored."""
        if self.last_of(self.lives(entry.id)) != entry.id:
            return "superseded"
        link = self.latest(entry)
        if link and not (entry.requeued and entry.requeued > link.at):
            stored = link.outcome or ("failed_again" if link.is_exhausted else "requeued")
            return "failed_again" if entry.failed > link.at else stored
        if entry.requeues <= 0 and not entry.requeued:
            return "new" if self.chains.get(entry.id, entry.id) == entry.id else "failed_again"
        return "failed_again" if entry.requeued and entry.failed > entry.requeued else "requeued"

    # Operations.

    def matching(self, operation: Operation) -> list[Entry]:
        return [
            entry
            for _id, entry in sorted(self.entries.items())
            if entry.id <= operation.max_id
            and entry.failed <= operation.frozen
            and (operation.matches(entry) if operation.ticked is None else entry.id in operation.ticked)
        ]

    def advance(self, operation: Operation, queued: Mapping[int, int]) -> None:
        """One chunk. `queued` has the id that the queue gave each entry's job."""
        if operation.kind in NEEDS_SETTLED and not operation.has_begun:
            self.settle_arrivals()
        if not operation.is_under_way:
            return
        operation.has_begun = True
        if operation.state == "watching":
            self._judge(operation)
            return
        tick = self.next_tick()
        window = self._window(operation)
        is_last = len(window) < operation.size
        if not window:
            operation.state = "done"
            return
        here = {entry.id for entry in self.matching(operation)}
        if operation.kind in ("requeue", "edit"):
            self._requeue(operation, [entry for entry in window if entry in here], tick, queued)
        elif operation.kind == "recall":
            self._recall(operation, window)
        elif operation.kind == "restore":
            self._restore(operation, window)
        elif operation.kind == "put_back":
            self._put_back(operation, window)
        elif operation.kind == "delete":
            self._delete(operation, window, here)
        else:
            for entry in window:
                if entry in here:
                    self._note(operation, self.entries[entry])
        answered = operation.done | operation.failed | set(operation.skipped)
        operation.skipped |= {entry: "gone" for entry in window if entry not in answered}
        operation.cursor = max(window)
        if operation.canary_size and not operation.has_watched and len(operation.done) >= operation.canary_size:
            operation.state, operation.has_watched = "watching", True
        elif is_last:
            operation.state = "done"

    def steer(self, operation: Operation, verb: str) -> bool:
        """Pause, resume or cancel. Returns whether it was in a state in which that means something."""
        may, to = {
            "pause": (operation.is_under_way, "paused"),
            "resume": (operation.state == "paused", "running"),
            "cancel": (operation.is_under_way or operation.state == "paused", "cancelled"),
        }[verb]
        operation.state = to if may else operation.state
        return may

    def _window(self, operation: Operation) -> list[int]:
        ahead: Iterable[int]
        if operation.ticked is not None:
            ahead = operation.ticked
        elif operation.kind == "restore":
            ahead = [entry for of, entry in self.trash if of == operation.undoes]
        elif operation.kind == "put_back":
            ahead = [one.entry for one in self.edits if one.operation == operation.undoes and not one.put_back_by]
        elif operation.kind == "recall":
            ahead = [link.entry for link in self.links if link.operation == operation.undoes and not link.outcome]
        else:
            ahead = [entry.id for entry in self.matching(operation)]
        return sorted(entry for entry in ahead if operation.cursor is None or entry > operation.cursor)[
            : operation.size
        ]

    # Requeue.

    def _requeue(self, operation: Operation, ids: Sequence[int], tick: int, queued: Mapping[int, int]) -> None:
        refusals = {entry: self._refusal(operation, self.entries[entry]) for entry in ids}
        if operation.kind == "edit":
            # Whether payloads are joined shows when the job is added.
            refusals |= {
                entry: self._edit_refusal(operation, self.entries[entry]) or why
                for entry, why in refusals.items()
                if why in (None, "key_joins")
            }
        operation.skipped |= {entry: why for entry, why in refusals.items() if why}
        for entry in (self.entries[entry] for entry, why in refusals.items() if not why):
            if entry.is_cursed:
                operation.failed.add(entry.id)
                continue
            if operation.kind == "edit":
                after = edited(entry.payload, *operation.change) or ""
                self.edits.append(PayloadEdited(operation.id, entry.id, entry.payload, after))
                entry.payload = after
            holder = self.job_with_key(entry.key)
            new = self._job(operation, entry)
            if holder and operation.key_policy == "drop":
                new.key = None
            reused = self.adding_reuses(new.key)
            new.id = reused.id if reused else queued.get(entry.id, -entry.id)
            job = self.add_job(new)
            link = Link(
                len(self.links) + 1, operation.id, entry.id, job.id, job.revision, job.later, tick, entry.requeued
            )
            link.has_key, link.attempts_left = job.key is not None, job.max_attempts
            self.links.append(link)
            entry.requeues += 1
            entry.requeued = tick
            if operation.stamp:
                self._append(entry, operation.stamp)
            operation.done.add(entry.id)

    def _job(self, operation: Operation, entry: Entry) -> Job:
        job = job_of(entry, 0)
        job.later = operation.later or (operation.is_spread and bool(operation.done))
        job.queue = entry.queue if operation.queue is None else operation.queue
        job.priority = entry.priority if operation.priority is None else operation.priority
        job.max_attempts = operation.max_attempts or job.max_attempts
        return job

    def _refusal(self, operation: Operation, entry: Entry) -> str | None:
        """The first of these that holds."""
        lives = self.lives(entry.id, self.origin_of(entry) if entry.job else None)
        links = [link for link in reversed(self.links) if link.entry in lives and link.outcome != "gone"]
        job = self._job(operation, entry)
        if entry.requeued and entry.requeued > operation.frozen:
            return "requeued_since"
        came_back = {came for link in links for came in (link.returned_as, self._arrival_of(link)) if came}
        if self.last_of(lives | came_back) != entry.id:
            return "returned"
        on_their_way = [state for state in map(self.state_of, links) if state in ("waiting", "running", "retrying")]
        if on_their_way and not operation.also_on_their_way:
            return on_their_way[0]
        if (
            links
            and self.state_of(links[0]) == "recovered"
            and (links[0].entry != entry.id or entry.failed <= links[0].at)
            and not operation.also_recovered
        ):
            return "has_run"
        if not -32768 <= job.priority <= 32767:
            return "bad_priority"
        limit = entry.max_attempts if operation.max_attempts is None else operation.max_attempts
        if limit is not None and not 1 <= limit <= 32767:
            return "bad_max_attempts"
        if entry.key == "":
            return "empty_key"
        if len(entry.task) > 128:
            return "long_task"
        sharing = [other for other in self.matching(operation) if entry.key and other.key == entry.key]
        sent = any(
            other.key == entry.key and other.id != entry.id
            for other in self.entries.values()
            if entry.key and other.id in operation.done
        )
        if sent:
            return "same_key"
        if sharing and max(sharing, key=lambda one: (one.failed, one.id)) is not entry:
            return "same_key"
        return self._key_refusal(operation, entry)

    def _last_edit(self, entry: int) -> PayloadEdited | None:
        return next((one for one in reversed(self.edits) if one.entry == entry), None)

    def _edit_refusal(self, operation: Operation, entry: Entry) -> str | None:
        last, after = self._last_edit(entry.id), edited(entry.payload, *operation.change)
        if last and not last.put_back_by and last.original == entry.payload:
            return "payload_set_back"
        if after is None:
            return "no_path"
        return "edited_already" if after == entry.payload else None

    def _put_back(self, operation: Operation, window: Sequence[int]) -> None:
        for entry in window:
            in_force = [one for one in self.edits if one.entry == entry and not one.put_back_by]
            of = [one for one in self.edits if one.entry == entry and one.operation == operation.undoes]
            edit = (of if operation.undoes else in_force)[-1:]
            if not edit or edit[0].put_back_by:
                operation.skipped[entry] = "put_back_none"
            elif entry not in self.entries:
                operation.skipped[entry] = "put_back_gone"
            elif in_force[-1] is not edit[0]:
                operation.skipped[entry] = "put_back_later"
            elif self.entries[entry].payload != edit[0].edited:
                operation.skipped[entry] = "put_back_changed"
            else:
                self.entries[entry].payload, edit[0].put_back_by = edit[0].original, operation.id
                operation.done.add(entry)

    def _key_refusal(self, operation: Operation, entry: Entry) -> str | None:
        holder = self.job_with_key(entry.key)
        if not holder:
            return None
        if operation.key_policy == "skip":
            if holder.is_locked:
                return "key_running"
            return "key_exhausted" if holder.is_exhausted else "key_waiting"
        if operation.key_policy == "replace" and holder.task != entry.task:
            return "key_of_other_task"
        if operation.key_policy == "replace" and holder.is_available and joined(holder.payload, entry.payload):
            return "key_joins"
        return None

    # The others.

    def _delete(self, operation: Operation, window: Sequence[int], here: set[int]) -> None:
        own = {entry for entry in window if entry in here}
        along: set[int] = set()
        if self.chains and not operation.leaves_earlier_lives:
            self.link(self.entries[entry] for entry in window if entry in self.entries)
            along = self.earlier_lives(window) & self.earlier_lives(own)
        for entry in own | along:
            self._arrived(self.entries[entry])
            self.trash[operation.id, entry] = self.entries.pop(entry)
        operation.done |= own | along
        operation.along |= along

    def _note(self, operation: Operation, entry: Entry) -> None:
        if entry.is_cursed:
            operation.failed.add(entry.id)
            return
        if operation.replace_notes:
            entry.notes = None
        self._append(entry, operation.stamp)
        operation.done.add(entry.id)

    def _append(self, entry: Entry, text: str) -> None:
        entry.notes = f"{entry.notes}\n{text}" if entry.notes else text
        self.note_texts.append((entry.id, entry.notes))

    def _restore(self, operation: Operation, window: Sequence[int]) -> None:
        for entry in window:
            there = [of for of, one in self.trash if one == entry and operation.undoes in (None, of)]
            if not there:
                operation.skipped[entry] = "not_in_trash"
                continue
            row = self.trash[max(there), entry]
            if entry in self.entries or self.key_is_taken(row.key):
                operation.skipped[entry] = "restore_conflict"
                continue
            self.entries[entry] = self.trash.pop((max(there), entry))
            operation.done.add(entry)

    def _recall(self, operation: Operation, window: Sequence[int]) -> None:
        links = {
            link.entry: link
            for link in self.links
            if link.entry in window and operation.undoes in (None, link.operation)
        }
        states = {entry: self.state_of(link) for entry, link in links.items()}
        for entry in window:
            link = links.get(entry)
            why = self._why_not_recalled(link, states[entry]) if link else "recall_none"
            if why or not link:
                operation.skipped[entry] = why or "recall_none"
                continue
            del self.jobs[link.job]
            link.outcome = "gone"
            self.entries[entry].requeues -= 1
            if self.entries[entry].requeued == link.at:
                self.entries[entry].requeued = link.previous
            for later in self.links:
                if later.entry == entry and later.previous == link.at:
                    later.previous = link.previous
            operation.done.add(entry)

    def _why_not_recalled(self, link: Link, state: str) -> str | None:
        started = {"running": "recall_started", "retrying": "recall_started"}
        over = {"recovered": "recall_finished", "failed_again": "recall_returned", "gone": "recall_gone"}
        over |= {"lost": "recall_returned", "unknown": "recall_finished"}
        if state != "waiting":
            return (started | over)[state]
        if link.replaced:
            return "recall_replaced"
        return None if link.entry in self.entries else "recall_entry"

    def _judge(self, operation: Operation) -> None:
        states = Counter(self.state_of(link) for link in self.links if link.operation == operation.id)
        sent, succeeded = states.total(), states["recovered"]
        needed = min(operation.canary_needed or sent, sent)
        if succeeded >= needed:
            operation.state = "running"
        elif succeeded + states["waiting"] + states["running"] < needed:
            operation.state = "paused"
