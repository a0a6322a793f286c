"""Each filter parameter with values, and what they mean in plain SQL."""

from __future__ import annotations

from dlq.table.location import TABLE

REFUSED = "{searched} ilike '%refused%'"

LAST = "select distinct on (entry_id) * from dlq_requeue order by entry_id, id desc"
OURS = (
    f"exists (select from ({LAST}) l where l.entry_id = backfill_dlq.id"
    " and l.created_at >= coalesce(last_requeued_at, '-infinity') and "
)
NOBODYS = f"not {OURS} true)"
AGAIN = (
    f"{OURS} (backfill_dlq.failed_at > l.created_at or l.outcome = 'failed_again'))"
    f" or ({NOBODYS} and failed_at > last_requeued_at)"
)
NEW = f"{NOBODYS} and last_requeued_at is null and requeued_count = 0"
RECOVERED = f"{OURS} backfill_dlq.failed_at <= l.created_at and l.outcome = 'recovered')"
GONE = f"{OURS} backfill_dlq.failed_at <= l.created_at and l.outcome = 'gone')"

ONCE = (
    f"not exists (select from dlq_chainlife c join dlq_chainlife o using (chain) join {TABLE.regclass} l on l.id = o.entry_id"
    " where c.entry_id = backfill_dlq.id and (l.failed_at, l.id) > (backfill_dlq.failed_at, backfill_dlq.id))"
)
LATER_LIFE = "exists (select from dlq_chainlife c where c.entry_id = backfill_dlq.id and c.chain <> c.entry_id)"

CASES: dict[str, dict[str, str]] = {
    "status": {
        "any": "true",
        "once": ONCE,
        "open": f"{ONCE} and not ({RECOVERED})",
        "new": f"{ONCE} and {NEW} and not {LATER_LIFE}",
        "requeued": f"{ONCE} and not ({NEW}) and not ({AGAIN}) and not ({RECOVERED}) and not ({GONE})",
        "failed_again": f"{ONCE} and (({AGAIN}) or ({NEW} and {LATER_LIFE}))",
        "recovered": f"{ONCE} and {RECOVERED}",
        "gone": f"{ONCE} and {GONE}",
        "lost": "false",
        "unknown": "false",
        "superseded": f"not {ONCE}",
    },
    "requeued_by": {
        "1": "id in (select entry_id from dlq_requeue where operation_id = 1)",
        "2": "id % 3 = 2",
        "7": "false",
    },
    "returned_from": {
        "1": "id in (select returned_as from dlq_requeue where operation_id = 1)",
        "7": "false",
    },
    "left_by": {"2": "id % 11 = 0 and id % 3 > 0", "1": "false"},
    "task_identifier": {
        "send_email": "task_identifier = 'send_email'",
        "sync%": "task_identifier = 'sync%'",
        "sync_": "task_identifier = 'sync_'",
        "имя": "task_identifier = 'имя'",
        "nothing": "false",
    },
    "queue_name": {
        "-": "queue_name = ''",
        "default": "queue_name = 'default'",
        "-x": "queue_name = '-x'",
    },
    "failed_after": {
        "2026-03-01": "failed_at >= '2026-03-01 00:00 UTC'",
        "2026-03-01T12:00": "failed_at >= '2026-03-01 12:00 UTC'",
        "2026-03-01T12:00:00+05:30": "failed_at >= '2026-03-01 06:30 UTC'",
        "2026-03-01T12:00:00 05:30": "failed_at >= '2026-03-01 06:30 UTC'",
        "2026-03-02T00:00Z": "failed_at >= '2026-03-02 00:00 UTC'",
        "24h": "failed_at >= now() - interval '24 hours'",
        "90m": "failed_at >= now() - interval '90 minutes'",
        "7d": "failed_at >= now() - interval '7 days'",
        "1w ago": "failed_at >= now() - interval '7 days'",
        "1 Mar 2026": "failed_at >= '2026-03-01 00:00 UTC'",
        "1 Mar 2026 12:00": "failed_at >= '2026-03-01 12:00 UTC'",
        "today": "failed_at >= date_trunc('day', now(), 'UTC')",
    },
    "failed_before": {
        "2026-03-01": "failed_at < '2026-03-02 00:00 UTC'",
        "2026-03-02T00:00": "failed_at <= '2026-03-02 00:00 UTC'",
        "2026-03-01 12:00": "failed_at <= '2026-03-01 12:00 UTC'",
        "1.3.2026": "failed_at < '2026-03-02 00:00 UTC'",
        "1 Mar 2026 12:00:00": "failed_at < '2026-03-01 12:00:01 UTC'",
        "3d": "failed_at <= now() - interval '3 days'",
    },
    "q": {
        "refused": REFUSED,
        "REFUSED": REFUSED,
        "50%": "strpos({searched}, '50%') > 0",
        "up_": "strpos(lower({searched}), 'up_') > 0",
        "under_score": "strpos({searched}, 'under_score') > 0",
        "back\\slash": "strpos(failure_reason, 'back\\slash') > 0",
        "of it": "(position('of' in lower({searched})) > 0 and position('it' in lower({searched})) > 0)",
        '"of it"': "strpos({searched}, 'of it') > 0",
        '"gave upX"': "strpos(failure_reason, 'gave upX') > 0",
        'said "no"': "{error} = 'said \"no\"'",
        "42": "id = 42 or original_job_id = 42 or strpos({searched}, '42') > 0",
        "#42": "id = 42 or original_job_id = 42 or strpos({searched}, '#42') > 0",
        "mail": "strpos(lower({searched}), 'mail') > 0",
        "mail refused": "strpos(lower({searched}), 'mail') > 0 and strpos(lower({searched}), 'refused') > 0",
        "looked bills": "strpos(notes, 'looked') > 0 and strpos({searched}, 'bills') > 0",
        "имя": "task_identifier = 'имя'",
        "1000000000007": "id = 1000000000007 or original_job_id = 1000000000007",
        "99999999999999999999": "false",
    },
    "payload": {
        "customer_id=42": "payload -> 'customer_id' in ('42', '\"42\"') or payload -> 'customer_id' = '[42]' and false",
        'customer_id="42"': "payload -> 'customer_id' = '\"42\"'",
        "customer_id=forty two": "payload -> 'customer_id' = '\"forty two\"'",
        "order.id=7": "payload #> '{{order,id}}' in ('7', '\"7\"')",
        "order.paid=true": "payload #> '{{order,paid}}' in ('true', '\"true\"')",
        "order=null": "payload -> 'order' in ('null', '\"null\"')",
        "big=1152921504606846976": "payload -> 'big' = '1152921504606846976'",
        "big=1152921504606846977": "false",
        "a b.ü=x=y": "payload #> '{{a b,ü}}' = '\"x=y\"'",
        "customer_id=": "payload -> 'customer_id' = '\"\"'",
        '"a.b"."x=y"=1': "payload #> '{{a.b,x=y}}' in ('1', '\"1\"')",
        "items[].sku=a": 'payload @> \'{{"items": [{{"sku": "a"}}]}}\'',
        "tags[] = red": "payload -> 'tags' ? 'red' and jsonb_typeof(payload -> 'tags') = 'array'",
        "[]=2": "payload @> '[2]' and jsonb_typeof(payload) = 'array'",
        "big=1e999999": "false",
    },
    "weekday_hour": {
        "sun-23": "to_char(failed_at AT TIME ZONE 'UTC', 'ID HH24') = '7 23'",
        "Mon 00": "to_char(failed_at AT TIME ZONE 'UTC', 'ID HH24') = '1 00'",
        "mon-8@Asia/Tokyo": "to_char(failed_at AT TIME ZONE 'Asia/Tokyo', 'ID HH24') = '1 08'",
        "sun-19@America/St_Johns": "to_char(failed_at AT TIME ZONE 'America/St_Johns', 'ID HH24') = '7 19'",
    },
    "job_key": {"50%": "job_key = '50%'", "key-1": "job_key = 'key-1'"},
    "original_job_id": {"42": "original_job_id = 42", "-1": "false", "9223372036854775807": "false"},
    "failure_count_min": {"5": "failure_count >= 5", "26": "false", "99999999999": "false"},
    "priority_min": {"0": "priority >= 0", "-5": "priority >= -5"},
    "priority_max": {"3": "priority <= 3", "99999999999": "true"},
    "requeued": {
        "yes": f"(requeued_count > 0 or {LATER_LIFE})",
        "no": f"requeued_count = 0 and not {LATER_LIFE}",
    },
    "has_notes": {"yes": "notes <> ''", "no": "coalesce(notes, '') = ''"},
    "tenant_id": {"acme": "tenant_id = 'acme'", "42": "tenant_id = '42'", "it's": "tenant_id = 'it''s'"},
    "attempts_seen": {"42": "attempts_seen = 42", " 7 ": "attempts_seen = 7"},
    "custom_metadata": {'{{"a":1}}': "custom_metadata = '{{\"a\": 1}}'", "null": "custom_metadata = 'null'"},
    "raw": {'{{ "a": 1 }}': "raw::jsonb = '{{\"a\": 1}}'"},
    "mood": {"sad": "mood = 'sad'"},
    "due_day": {"2026-02-28": "due_day = '2026-02-28'", "28 Feb 2026": "due_day = '2026-02-28'"},
    "price": {"10": "price = 10", "0.50": "price = 0.5"},
    "col_has_notes": {"yes": "\"has_notes\" = 'yes'"},
    "col_o": {"1": "\"o\" = '1'"},
    "Odd %": {"odd": "\"Odd %\" = 'odd'"},
}

SEARCHED = (
    "concat_ws(e'\\n', task_identifier, queue_name, notes, failure_reason, job_key, last_error #>> '{}', payload::text)"
)
TEXTS = {"error": "(last_error #>> '{}')", "payload": "payload::text", "searched": SEARCHED}


def cases() -> dict[str, dict[str, str]]:
    """The cases with the texts filled in; doubled braces stand for plain ones."""
    return {
        name: {value.replace("{{", "{").replace("}}", "}"): where.format(**TEXTS) for value, where in values.items()}
        for name, values in CASES.items()
    }
