-- The trash rows about to be restored, by the set of columns that they had: their ids, and those ids that the table's
-- sequence has not reached (it would hand them out again).
WITH sequence AS (
    SELECT pg_get_serial_sequence(%(table)s, 'id')::regclass AS name
),
counter AS (
    -- Null where there is no sequence, or this role may not read it. One that was never used has no last value.
    SELECT CASE
               WHEN has_sequence_privilege(sequence.name, 'USAGE, SELECT')
               THEN coalesce(pg_sequence_last_value(sequence.name), 0)
           END AS reached
    FROM sequence
)
SELECT had.columns,
       array_agg(d.entry_id) AS ids,
       coalesce(array_agg(d.entry_id) FILTER (WHERE d.entry_id > counter.reached), '{}') AS above_counter
FROM dlq_deletedentry d
CROSS JOIN counter
CROSS JOIN LATERAL (SELECT array_agg(key ORDER BY key) AS columns FROM json_object_keys(d.row) AS key) had
WHERE d.id = ANY (%(trash)s)
GROUP BY had.columns
ORDER BY min(d.entry_id)
