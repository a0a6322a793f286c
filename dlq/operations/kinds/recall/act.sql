-- Takes the given (locked, not started) jobs out of the queue and the requeues off their entries' counts.
-- last_requeued_at goes back only where it still is the one that this requeue set: somebody may have requeued since.
WITH removed AS (
    SELECT job.id FROM {schema}.complete_jobs(%(jobs)s::bigint[]) AS job
),
recalled AS (
    UPDATE dlq_requeue r
    SET outcome = 'gone', settled_at = now()
    FROM removed
    WHERE r.job_id = removed.id AND r.id = ANY (%(requeues)s)
    RETURNING r.id, r.entry_id, r.created_at, r.previous_requeued_at
),
-- A later requeue of the entry must not give back, one day, the time that is taken back here.
passed_on AS (
    UPDATE dlq_requeue later
    SET previous_requeued_at = recalled.previous_requeued_at
    FROM recalled
    WHERE later.entry_id = recalled.entry_id
      AND later.id > recalled.id
      AND later.previous_requeued_at = recalled.created_at
),
counted AS (
    UPDATE {table} e
    SET requeued_count = greatest(e.requeued_count - 1, 0),
        last_requeued_at = CASE
            WHEN e.last_requeued_at = recalled.created_at THEN recalled.previous_requeued_at
            ELSE e.last_requeued_at
        END
    FROM recalled
    WHERE e.id = recalled.entry_id
)
INSERT INTO dlq_operationentry (operation_id, entry_id, result, code, about, created_at)
SELECT %(operation)s, recalled.entry_id, 'done', '', '', now()
FROM recalled
RETURNING entry_id
