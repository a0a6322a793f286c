-- What the exact reading of these entries needs (of a payload beyond 64 KB nothing: its values are not looked for); and the pattern
-- that they had by older rules, whose writings move along.
SELECT e.id, e.task_identifier, error.text, error.is_json, {failure_reason} AS failure_reason, e.failed_at,
       CASE WHEN pg_column_size(e.payload) <= 65536 THEN {payload}::text END AS payload,
       (SELECT p.pattern_id FROM dlq_entrypattern p WHERE p.entry_id = e.id AND p.version < %(version)s) AS earlier_id
FROM {table} e
CROSS JOIN LATERAL ({error_text}) AS error
WHERE e.id = ANY (%(ids)s)
