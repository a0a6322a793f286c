-- Takes (locked) jobs out of the queue that have an entry already. The entry keeps its reason, error, time and count, and gets what
-- the job was given: the library's add_to_dlq leaves an older payload where the key is here already, and rounds numbers.
WITH dead AS (
    SELECT job.*, tasks.identifier, queues.queue_name, here.entry_id
    FROM unnest(%(ids)s::bigint[], %(entries)s::bigint[]) AS here (job_id, entry_id)
    JOIN {schema}._private_jobs AS job ON job.id = here.job_id
    JOIN {schema}._private_tasks AS tasks ON tasks.id = job.task_id
    LEFT JOIN {schema}._private_job_queues AS queues ON queues.id = job.job_queue_id
),
given AS (
    SELECT dead.entry_id,
{as_entry}
    FROM dead
),
kept AS (
    UPDATE {table} AS entry
    SET task_identifier = given.task_identifier,
        payload = given.payload,
        queue_name = given.queue_name,
        priority = given.priority,
        max_attempts = given.max_attempts,
        original_created_at = given.original_created_at,
        original_run_at = given.original_run_at
    FROM given
    WHERE entry.id = given.entry_id
    RETURNING entry.{job_id} AS job_id
)
SELECT job.id FROM {schema}.complete_jobs(ARRAY(SELECT kept.job_id FROM kept)) AS job
