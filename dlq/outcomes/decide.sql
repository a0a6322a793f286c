-- What became of the jobs of these requeues: one row each, with the state, the entry that the job came back as, and what is seen
-- of the job in the queue (is_queued, attempts_left, is_running).
-- In one statement, because a job moves from the queue to the table in one transaction: one snapshot has it in one of the two.
-- The placeholder requeues is their SELECT, recovered the condition of recovered.sql. `since`: everything that failed before it
-- has been matched already.
WITH requeue AS MATERIALIZED (
    {requeues}
),
arrived AS MATERIALIZED (
    SELECT e.{job_id} AS job_id, max(e.id) AS id
    FROM {table} e
    WHERE e.failed_at >= greatest(%(since)s, (SELECT min(requeue.created_at) FROM requeue WHERE requeue.outcome = ''))
      AND e.{job_id} = ANY (ARRAY(SELECT requeue.job_id FROM requeue WHERE requeue.outcome = ''))
    GROUP BY e.{job_id}
)
SELECT requeue.id AS requeue_id,
       requeue.entry_id,
       requeue.job_id,
       requeue.created_at AS requeued_at,
       CASE
           WHEN requeue.outcome <> ''                            THEN requeue.outcome
           -- Replaced: by somebody's add_job with the same key, or by a later requeue of ours.
           WHEN job.revision <> requeue.revision OR later.found  THEN 'gone'
           WHEN job.locked_at IS NOT NULL                        THEN 'running'
           WHEN job.attempts >= job.max_attempts                 THEN 'failed_again'
           WHEN job.attempts > 0                                 THEN 'retrying'
           WHEN job.id IS NOT NULL                               THEN 'waiting'
           WHEN arrived.id IS NOT NULL OR entry.id IS NOT NULL   THEN 'failed_again'
           -- All its attempts had failed, and nobody moved it here: a worker of the library deletes such jobs when it starts.
           WHEN requeue.exhausted_at IS NOT NULL                 THEN 'lost'
           -- The queue has it no more, and it was not even due.
           WHEN requeue.run_at > clock_timestamp()               THEN 'gone'
           WHEN {recovered}                                      THEN 'recovered'
           ELSE 'unknown'
       END AS state,
       coalesce(requeue.returned_as, arrived.id, CASE WHEN job.id IS NULL THEN entry.id END) AS returned_as,
       job.id IS NOT NULL                             AS is_queued,
       greatest(job.max_attempts - job.attempts, 0)   AS attempts_left,
       job.locked_at IS NOT NULL                      AS is_running,
       job.locked_at,
       job.locked_by
FROM requeue
LEFT JOIN LATERAL (
    SELECT j.id, j.revision, j.locked_at, j.locked_by, j.attempts, j.max_attempts
    FROM {schema}.jobs j
    WHERE j.id = requeue.job_id AND requeue.outcome = ''
    OFFSET 0
) job ON true
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM dlq_requeue r
    WHERE r.job_id = requeue.job_id AND r.revision > requeue.revision AND requeue.outcome = ''
    LIMIT 1
) later ON true
LEFT JOIN arrived ON arrived.job_id = requeue.job_id
-- A keyed entry that failed again is updated in place.
LEFT JOIN {table} entry
       ON entry.id = requeue.entry_id AND entry.job_key IS NOT NULL AND entry.failed_at > requeue.created_at
       -- One whose time is yet to come was given that time by hand: it says nothing of what happened since.
       AND entry.failed_at <= statement_timestamp()
