-- Which of the locked entries may be requeued. One row an entry: `refusal` is null, or a code that dlq.services.reasons words.
-- Runs after the entries are locked, in a statement of its own, so that it sees what happened while we waited.
SELECT e.id,
       e.job_key,
       CASE
           WHEN e.last_requeued_at > %(frozen_at)s                     THEN 'requeued_since'
           WHEN current_job.id IS NOT NULL AND current_job.locked_at IS NOT NULL THEN 'running'
           WHEN current_job.id IS NOT NULL AND current_job.attempts > 0 THEN 'retrying'
           WHEN current_job.id IS NOT NULL                             THEN 'waiting'
           WHEN e.priority NOT BETWEEN -32768 AND 32767                THEN 'bad_priority'
           WHEN e.max_attempts NOT BETWEEN 1 AND 32767                 THEN 'bad_max_attempts'
           WHEN e.job_key = ''                                         THEN 'empty_key'
           WHEN length(e.job_key) > 512                                THEN 'long_key'
           WHEN length(e.task_identifier) > 128                        THEN 'long_task'
           WHEN length(e.queue_name) > 128                             THEN 'long_queue'
           WHEN twin.id IS NOT NULL                                    THEN 'same_key'
       END AS refusal,
       -- What the wording of the refusal names: the job, or the entry with the same key.
       coalesce(current_job.id, twin.id) AS refusal_about,
       -- The state of another job that has the entry's key.
       CASE
           WHEN holder.id IS NULL                      THEN NULL
           WHEN holder.locked_at IS NOT NULL           THEN 'key_running'
           WHEN holder.attempts >= holder.max_attempts THEN 'key_exhausted'
           ELSE 'key_waiting'
       END AS key_holder,
       holder.id AS key_holder_id
FROM {table} e
-- The job of the entry's latest requeue, as long as it waits, runs or is going to be tried again.
LEFT JOIN LATERAL (
    SELECT r.job_id FROM dlq_requeue r WHERE r.entry_id = e.id ORDER BY r.id DESC LIMIT 1
) latest ON true
-- OFFSET 0 keeps these two lookups by index: joined plainly, the planner may hash the whole queue for each chunk.
LEFT JOIN LATERAL (
    SELECT j.id, j.locked_at, j.attempts
    FROM {schema}.jobs j
    WHERE j.id = latest.job_id AND (j.locked_at IS NOT NULL OR j.attempts < j.max_attempts)
    OFFSET 0
) current_job ON true
LEFT JOIN LATERAL (
    SELECT j.id, j.locked_at, j.attempts, j.max_attempts
    FROM {schema}.jobs j
    WHERE j.key = e.job_key
    OFFSET 0
) holder ON true
-- Another entry with the same key that this operation has requeued in an earlier chunk.
LEFT JOIN LATERAL (
    SELECT other.id
    FROM {table} other
    JOIN dlq_requeue r ON r.entry_id = other.id AND r.operation_id = %(operation)s
    WHERE other.job_key = e.job_key AND other.id <> e.id
    LIMIT 1
) twin ON true
WHERE e.id = ANY (%(ids)s)
ORDER BY e.id
