-- Entries that arrived since `since` tell which requeued jobs failed again: by the job's id (also of one that seemed to have
-- recovered), through our own index on it. Rows that others hold locked are left for the next time.
-- Uncertain are those that may have been taken during their last attempt: running when last seen, or without any error.
WITH arrived AS (
    SELECT e.id, e.{job_id} AS job_id, {has_no_error} AS has_no_error
    FROM {table} e
    WHERE e.failed_at >= %(since)s AND e.{job_id} IS NOT NULL
),
returned AS (
    SELECT r.id, arrived.id AS entry_id, arrived.has_no_error
    FROM arrived
    JOIN dlq_requeue r ON r.job_id = arrived.job_id
    WHERE r.outcome <> 'gone' AND (r.outcome <> 'failed_again' OR r.returned_as IS NULL)
      -- Of two requeues that share a job the later one replaced the job of the earlier one.
      AND NOT EXISTS (SELECT FROM dlq_requeue later WHERE later.job_id = r.job_id AND later.revision > r.revision)
    FOR UPDATE OF r SKIP LOCKED
)
UPDATE dlq_requeue r
SET outcome = 'failed_again',
    settled_at = now(),
    returned_as = returned.entry_id,
    is_uncertain = r.seen_running OR returned.has_no_error
FROM returned
WHERE r.id = returned.id
