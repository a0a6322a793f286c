-- The numbers of the library's dlq_stats, over the whole table, in one pass. The placeholder was_requeued is this condition of
-- `models`.
WITH tasks AS (
    SELECT task_identifier, queue_name,
           count(*) AS entries, sum(failure_count) AS failures, sum(requeued_count) AS requeues,
           min(failed_at) AS oldest, max(failed_at) AS newest,
           min(failed_at) FILTER (WHERE NOT {was_requeued}) AS oldest_not_requeued
    FROM {table} e
    GROUP BY task_identifier, queue_name
),
largest AS (
    SELECT task_identifier, sum(entries)::bigint AS entries
    FROM tasks
    GROUP BY task_identifier
    ORDER BY entries DESC, task_identifier
    LIMIT %(tasks)s
)
SELECT coalesce(sum(entries), 0)::bigint                        AS total_jobs,
       count(DISTINCT task_identifier)                          AS unique_tasks,
       count(DISTINCT queue_name)                               AS unique_queues,
       coalesce(sum(failures) / sum(entries), 0)::float8        AS avg_failure_count,
       coalesce(sum(requeues), 0)::bigint                       AS total_requeued,
       min(oldest)                                              AS oldest_failure,
       max(newest)                                              AS newest_failure,
       -- Not the library's function, but its guide: the oldest that nobody has dealt with.
       min(oldest_not_requeued)                                 AS oldest_not_requeued,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(task_identifier, entries) ORDER BY entries DESC, task_identifier), '[]')
        FROM largest)                                           AS task_breakdown,
       -- When this statement began to see the table; now() is when its transaction began.
       statement_timestamp()                                    AS as_of
FROM tasks
