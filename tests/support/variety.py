"""A few hundred entries that differ in everything that a filter can ask for; the same ones on every run."""

from __future__ import annotations

from random import Random

from dlq.table.location import TABLE
from tests.support.database import sql
from tests.support.entries import drop_unique_key_index

TASKS = ("send_email", "SEND_EMAIL", "charge card", "sync%", "sync_", "имя")
QUEUES = ("", "default", "-x", "bills")
KEYS = (None, "key-1", "50%", "50x", "under_score", "underXscore")
ERRORS = (
    None,
    "null",
    '"Connection refused"',
    '"50% of it"',
    '"50 of it"',
    '{"message": "timeout", "code": 504}',
    '"Traceback (most recent call last)\\n  File \\"x.py\\"\\nKeyError: \'id\'"',
    '["a", 1.50]',
    '"said \\"no\\""',
)
PAYLOADS = (
    '{"customer_id": 42}',
    '{"customer_id": "42"}',
    '{"customer_id": 42.0}',
    '{"customer_id": "forty two"}',
    '{"order": {"id": 7, "paid": true}}',
    '{"order": {"id": "7", "paid": "true"}}',
    '{"order": null}',
    '{"order": "null"}',
    "[1, 2, 42]",
    '"42"',
    "42",
    "null",
    '{"text": "refused 100% by \\"us\\""}',
    '{"big": 1152921504606846976}',
    '{"a b": {"ü": "x=y"}}',
    '{"customer_id": [42]}',
    '{"customer_id": " 42 "}',
)
REASONS = ("Job exceeded maximum retry attempts (5/5)", "gave up_ on it", "gave upX on it", "100% sure", "back\\slash")
NOTES = (None, "", "looked at it", " ")
OWNER_COLUMNS = {
    "tenant_id": "text",
    "attempts_seen": "integer",
    "custom_metadata": "jsonb",
    "raw": "json",
    "mood": "mood",
    "due_day": "date",
    "price": "numeric(10,2)",
    "has_notes": "text",
    "o": "text",
    "Odd %": "text",
}


def add_owner_columns() -> None:
    sql(f"CREATE TYPE {TABLE.names['schema']}.mood AS ENUM ('sad', 'ok')")
    for name, type_name in OWNER_COLUMNS.items():
        kind = f"{TABLE.schema}.mood" if type_name == "mood" else type_name
        sql(f'ALTER TABLE {TABLE.regclass} ADD COLUMN "{name}" {kind}')


def fill(count: int = 300) -> None:
    """Add the owner's columns and the rows, some of them failed in the last days."""
    random = Random(20260301)
    drop_unique_key_index()
    add_owner_columns()
    for number in range(count):
        owners = {
            "tenant_id": random.choice((None, "acme", "42", "it's")),
            "attempts_seen": random.choice((None, 0, 7, 42)),
            "custom_metadata": random.choice((None, "null", '{"a": 1.0}', '"x"')),
            "raw": random.choice((None, '{"a": 1}', '{"a":1}')),
            "mood": random.choice((None, "sad", "ok")),
            "due_day": random.choice((None, "2026-02-28", "2026-03-01")),
            "price": random.choice((None, "10.00", "0.5")),
            "has_notes": random.choice((None, "yes", "no")),
            "o": random.choice((None, "1")),
            "Odd %": random.choice((None, "odd")),
        }
        row = {
            TABLE.job_id_column: random.choice((None, number, 42, 10**12 + number)),
            "task_identifier": random.choice(TASKS),
            "payload": random.choice(PAYLOADS),
            "queue_name": random.choice(QUEUES),
            "priority": random.choice((-5, 0, 3, 100_000)),
            "job_key": random.choice(KEYS),
            "max_attempts": random.choice((None, 5)),
            "failure_reason": random.choice(REASONS),
            "failure_count": random.choice((1, 5, 25)),
            "last_error": random.choice(ERRORS),
            "requeued_count": random.choice((0, 0, 1, 3)),
            "notes": random.choice(NOTES),
            **owners,
        }
        names = ", ".join('"{}"'.format(name.replace("%", "%%")) for name in row)
        when = random.choice(
            (
                f"now() - interval '1 minute' * {random.randint(0, 20_000)}",
                f"timestamptz '2026-03-01 00:00 UTC' + interval '1 hour' * {random.randint(-50, 50)}",
                "timestamptz '2026-03-01 23:59:59.999999 UTC'",
                "timestamptz '2026-03-02 00:00 UTC'",
            )
        )
        marks = ", ".join("%s" for _ in row)
        sql(f"INSERT INTO {TABLE.regclass} ({names}, failed_at) VALUES ({marks}, {when})", *row.values())
    add_requeues()
    # What an earlier test left in the statistics would lead plain questions through nested loops for minutes.
    sql(f"ANALYZE {TABLE.regclass}, dlq_requeue, dlq_chainlife")


def add_requeues() -> None:
    """Of two thirds of the entries: one or two requeues, in operations 1 and 2, before and after failed_at. And some chains."""
    sql(
        "INSERT INTO dlq_bulkoperation (id, confirmation, kind, state, state_reason, filter, max_id, frozen_at, actor, reason,"
        " note, replace_notes, key_policy, also_on_their_way, also_recovered, canary_minutes, cursor, done_count,"
        " skipped_count, failed_count, work_seconds, created_at)"
        " SELECT n, gen_random_uuid(), 'requeue', 'done', '', '[]', 0, now(), 'ann', '', '', false, 'skip', false, false,"
        " 15, 0, 0, 0, 0, 0, now() FROM generate_series(1, 2) AS n"
    )
    sql(
        "INSERT INTO dlq_requeue (operation_id, entry_id, task_identifier, job_id, revision, replaced, run_at, actor,"
        " created_at, outcome)"
        f" SELECT op, e.id, e.task_identifier, e.id * 10 + op, 0, false, now(), 'ann',"
        " e.failed_at + (CASE WHEN e.id % 5 = op THEN -1 ELSE 1 END) * op * interval '1 hour',"
        " (ARRAY['', 'recovered', 'failed_again', 'gone'])[1 + (e.id * 7 + op) % 4]"
        f" FROM {TABLE.regclass} e, generate_series(1, 2) AS op WHERE e.id % 3 >= op ORDER BY e.id, op"
    )
    sql(
        f"UPDATE {TABLE.regclass} e SET last_requeued_at = l.at FROM (SELECT entry_id, max(created_at)"
        " + (entry_id % 7 / 6) * interval '3 hours' AS at FROM dlq_requeue GROUP BY entry_id) l WHERE l.entry_id = e.id"
    )
    sql(
        f"UPDATE {TABLE.regclass} SET last_requeued_at = failed_at + (id % 2 * 2 - 1) * interval '1 hour'"
        " WHERE requeued_count > 0 AND last_requeued_at IS NULL"
    )
    sql(
        "INSERT INTO dlq_operationentry (operation_id, entry_id, result, code, about, created_at)"
        f" SELECT 2, id, (ARRAY['done', 'skipped', 'failed'])[1 + id % 3], '', '', now() FROM {TABLE.regclass} WHERE id % 11 = 0"
    )
    sql("UPDATE dlq_requeue SET returned_as = entry_id + 1 WHERE id % 5 = 0")
    sql(f"INSERT INTO dlq_chainlife SELECT id, id - id % 5, now() FROM {TABLE.regclass} WHERE id % 10 > 5")
