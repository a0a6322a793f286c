-- Takes the given (locked) jobs out of the queue and into the dead letter table, in one statement.
-- The placeholder on_conflict is the upsert of process/upsert.sql where the table has unique keys, else nothing.
WITH dead AS (
    SELECT job.*, tasks.identifier, queues.queue_name
    FROM {schema}.complete_jobs(%(ids)s::bigint[]) AS job
    JOIN {schema}._private_tasks AS tasks ON tasks.id = job.task_id
    LEFT JOIN {schema}._private_job_queues AS queues ON queues.id = job.job_queue_id
)
INSERT INTO {table} AS entry (
    {job_id}, task_identifier, payload, queue_name, priority, job_key, max_attempts,
    failure_reason, failure_count, last_error, original_created_at, original_run_at
)
SELECT dead.id, dead.identifier, dead.payload::jsonb, coalesce(dead.queue_name, ''), dead.priority, dead.key,
       dead.max_attempts,
       format('Job exceeded maximum retry attempts (%%s/%%s)', dead.attempts, dead.max_attempts),
       1, to_jsonb(dead.last_error), dead.created_at, dead.run_at
FROM dead
ORDER BY dead.id
{on_conflict}
RETURNING {job_id}
