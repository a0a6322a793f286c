-- A running export of this database, by the name that it gave itself. The role sees its own activities.
SELECT coalesce(p.tuples_processed, 0)                     AS entries,
       coalesce(p.bytes_processed, 0)                      AS size,
       extract(epoch FROM now() - a.xact_start)::float8    AS seconds
FROM pg_stat_activity a
LEFT JOIN pg_stat_progress_copy p USING (pid)
WHERE a.datname = current_database() AND a.application_name = %(name)s AND a.state <> 'idle'
LIMIT 1
