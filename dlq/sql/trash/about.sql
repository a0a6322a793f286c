-- Of the trash rows about to be restored: the columns that they had, and the ids that the table's sequence has not reached
-- (it would hand them out again).
SELECT coalesce(
           (SELECT array_agg(DISTINCT key)
            FROM dlq_deletedentry d, json_object_keys(d.row) AS key
            WHERE d.id = ANY (%(trash)s)),
           '{}'
       ) AS columns,
       ARRAY(
           SELECT d.entry_id
           FROM dlq_deletedentry d
           WHERE d.id = ANY (%(trash)s)
             AND d.entry_id > coalesce(
                 pg_sequence_last_value(pg_get_serial_sequence(%(table)s, 'id')::regclass), d.entry_id)
       ) AS above_counter
