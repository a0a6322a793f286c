"""What surrounds the engine, in plain Python: the table, the queue with the rules of FACTS about keys, a worker, the library.

Time is a counter: every transaction has a tick of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

ENGINE_ATTEMPTS = 25
"""What add_job gives a job that does not say how often it may be tried."""

MOVES_OF_A_START = 8
"""How many jobs the library moves before it deletes: fewer than in truth, so that the lives meet it."""
CURSED = "cursed"


@dataclass
class Entry:
    id: int
    failed: int
    task: str = "send_email"
    payload: str = "{}"
    queue: str = ""
    priority: int = 0
    key: str | None = None
    max_attempts: int | None = 5
    failures: int = 1
    job: int | None = None
    requeues: int = 0
    requeued: int | None = None
    notes: str | None = None
    tenant: str | None = None
    """A column of the owner's."""

    @property
    def is_cursed(self) -> bool:
        """Whether the owner's trigger refuses every change of the row."""
        return self.tenant == CURSED


@dataclass
class Job:
    id: int
    task: str
    payload: str
    queue: str
    priority: int
    key: str | None
    max_attempts: int
    later: bool = False
    """Not due within the time of the test."""
    attempts: int = 0
    is_locked: bool = False
    revision: int = 0

    @property
    def is_exhausted(self) -> bool:
        return self.attempts >= self.max_attempts and not self.is_locked

    @property
    def is_available(self) -> bool:
        return self.attempts < self.max_attempts and not self.is_locked


@dataclass
class World:
    has_unique_keys: bool = True
    tick: int = 0
    entries: dict[int, Entry] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    """Entries that others deleted."""

    def next_tick(self) -> int:
        self.tick += 1
        return self.tick

    def entry_with_key(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries.values() if entry.key == key), None)

    def job_with_key(self, key: str | None) -> Job | None:
        return next((job for job in self.jobs.values() if key and job.key == key), None)

    def key_is_taken(self, key: str | None) -> bool:
        """By another entry, in a table that has a key once only."""
        return key is not None and self.has_unique_keys and bool(self.entry_with_key(key))

    # The queue.

    def adding_reuses(self, key: str | None) -> Job | None:
        """The job that adding one with this key would overwrite."""
        holder = self.job_with_key(key)
        return holder if holder and holder.is_available else None

    def add_job(self, new: Job) -> Job:
        """`new` has the id that the queue gives it if it is a new one."""
        holder = self.job_with_key(new.key)
        if holder and holder.is_available:
            payload = joined(holder.payload, new.payload) or new.payload
            self.jobs[holder.id] = replace(new, id=holder.id, payload=payload, revision=holder.revision + 1)
            return self.jobs[holder.id]
        if holder:
            holder.key, holder.attempts = None, holder.max_attempts
        self.jobs[new.id] = new
        return new

    # The worker.

    def start(self, job: Job) -> None:
        job.is_locked = True
        job.attempts += 1

    def fail(self, job: Job) -> None:
        job.is_locked = False

    def finish(self, job: Job) -> None:
        del self.jobs[job.id]

    def exhaust(self, job: Job) -> None:
        job.attempts, job.is_locked = job.max_attempts, False

    # The library.

    def delete_by_others(self, entry: Entry) -> None:
        del self.entries[entry.id]
        self.gone.add(entry.id)

    def requeue_by_library(self, entry: Entry, job_id: int) -> None:
        """Its way: the job replaces one with the same key, and the notes are overwritten with nothing."""
        self.add_job(job_of(entry, job_id))
        entry.requeues += 1
        entry.requeued = self.next_tick()
        entry.notes = None

    def dead_jobs(self) -> list[Job]:
        return [job for _id, job in sorted(self.jobs.items()) if job.is_exhausted]

    def move_to_table(self, job: Job, tick: int, new_id: int) -> None:
        """A keyed one updates the entry that has its key; id, notes and counts of that one stay."""
        del self.jobs[job.id]
        known = self.entry_with_key(job.key) if job.key and self.has_unique_keys else None
        entry = known or Entry(new_id, failed=tick)
        entry.failures = known.failures + 1 if known else 1
        entry.failed, entry.job, entry.task, entry.payload = tick, job.id, job.task, job.payload
        entry.queue, entry.priority, entry.key, entry.max_attempts = job.queue, job.priority, job.key, job.max_attempts
        self.entries[entry.id] = entry


def job_of(entry: Entry, job_id: int) -> Job:
    attempts = entry.max_attempts or ENGINE_ATTEMPTS
    return Job(job_id, entry.task, entry.payload, entry.queue, entry.priority, entry.key, attempts)


def edited(payload: str, verb: str, name: str, value: str) -> str | None:
    """The payload, an object of numbers, with a field set or added, as PostgreSQL prints it; None where it has none to be set."""
    fields = json.loads(payload, parse_float=str, parse_int=str)
    if not isinstance(fields, dict) or (verb == "set" and name not in fields):
        return None
    changed = sorted((fields | {name: value}).items(), key=_as_stored)
    return "{" + ", ".join(f'"{key}": {number}' for key, number in changed) + "}"


def _as_stored(field: tuple[str, str]) -> tuple[int, str]:
    return len(field[0]), field[0]


def joined(one: str, other: str) -> str | None:
    """What the queue makes of two lists under one key; None where it takes the newer payload."""
    lists = json.loads(one), json.loads(other)
    return json.dumps(lists[0] + lists[1]) if all(isinstance(part, list) for part in lists) else None
