-- Locks those jobs of the given entries' requeues that have not started and are still as they were added; what a worker has
-- just taken is skipped. In the order of their ids, as all locks of several jobs are taken.
SELECT r.id AS requeue_id, j.id AS job_id
FROM dlq_requeue r
JOIN {schema}._private_jobs j ON j.id = r.job_id
WHERE r.id = ANY (%(requeues)s)
  AND r.outcome = ''
  AND NOT r.replaced
  AND j.revision = r.revision
  AND j.attempts = 0
  AND j.locked_at IS NULL
  AND EXISTS (SELECT FROM {table} e WHERE e.id = r.entry_id)
ORDER BY j.id
FOR UPDATE OF j SKIP LOCKED
