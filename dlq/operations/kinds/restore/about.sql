-- Of the trash rows about to be restored: the columns that they had, and the ids that the table's sequence has not reached
-- (it would hand them out again).
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
SELECT coalesce(
           (SELECT array_agg(DISTINCT key)
            FROM dlq_deletedentry d, json_object_keys(d.row) AS key
            WHERE d.id = ANY (%(trash)s)),
           '{}'
       ) AS columns,
       ARRAY(
           SELECT d.entry_id
           FROM dlq_deletedentry d, counter
           WHERE d.id = ANY (%(trash)s) AND d.entry_id > counter.reached
       ) AS above_counter
