-- Of the entries about to be restored: the columns that their rows had, and the ids that the table's sequence has not
-- reached (it would hand them out again).
SELECT coalesce(
           (SELECT array_agg(DISTINCT key)
            FROM dlq_deletedentry d, json_object_keys(d.row) AS key
            WHERE d.operation_id = %(deletion)s AND d.entry_id = ANY (%(ids)s)),
           '{}'
       ) AS columns,
       ARRAY(
           SELECT id
           FROM unnest(%(ids)s::bigint[]) AS id
           WHERE id > coalesce(pg_sequence_last_value(pg_get_serial_sequence(%(table)s, 'id')::regclass), id)
       ) AS above_counter
