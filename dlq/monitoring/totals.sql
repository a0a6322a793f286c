-- The numbers of the library's dlq_stats, over the whole table, in one pass.
WITH tasks AS (
    SELECT task_identifier, queue_name,
           count(*) AS entries, sum(failure_count) AS failures, sum(requeued_count) AS requeues,
           min(failed_at) AS oldest, max(failed_at) AS newest,
           -- As models/was_requeued.sql has it. A join can be done by parallel workers, which a subquery for each row is not.
           min(failed_at) FILTER (WHERE requeued_count <= 0 AND life.entry_id IS NULL) AS oldest_not_requeued
    FROM {table} e
    LEFT JOIN dlq_chainlife life ON life.entry_id = e.id AND life.chain <> life.entry_id
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
