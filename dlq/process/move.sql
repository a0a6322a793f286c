-- Takes the given (locked) jobs out of the queue and into the dead letter table, in one statement.
-- The placeholder as_entry is process/as_entry.sql; on_conflict is the upsert of process/upsert.sql where the table's indexes
-- allow it, else nothing.
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
SELECT
{as_entry}
FROM dead
ORDER BY dead.id
{on_conflict}
RETURNING {job_id}
