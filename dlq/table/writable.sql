-- Whether the table is a view, whether this role may change anything there and record that it did, and whether the queue is
-- older than what is called of it. No row: no such table.
SELECT c.relkind IN ('v', 'm') AS is_view,
       (has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE'))
       -- Before the first migration there is nothing to record it in, which is another fault.
       AND coalesce(has_table_privilege(to_regclass('dlq_bulkoperation'), 'INSERT'), true) AS may_change,
       -- From 0.16 on it is a view.
       EXISTS (
           SELECT FROM pg_class jobs WHERE jobs.relnamespace = c.relnamespace AND jobs.relname = 'jobs' AND jobs.relkind = 'r'
       ) AS queue_is_older
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(table)s
