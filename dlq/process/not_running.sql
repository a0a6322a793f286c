-- These jobs are not running: it was looked at in this transaction.
UPDATE dlq_requeue r
SET seen_running = false
WHERE r.job_id = ANY (%(jobs)s::bigint[]) AND r.outcome = '' AND r.seen_running
