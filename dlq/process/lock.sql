-- The next jobs that have used up their attempts, in id order. A job on its last run has attempts = max_attempts as well:
-- only the lock tells it apart.
SELECT j.id
FROM {schema}._private_jobs j
WHERE j.attempts >= j.max_attempts
  AND j.locked_at IS NULL
  AND j.id > %(after)s
  AND j.id <> ALL (%(misfits)s::bigint[])
ORDER BY j.id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
