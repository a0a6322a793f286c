-- For (locked) jobs whose key the table refuses to have twice, by an index that no upsert can use: renews the newest entry
-- with the key, and takes those jobs out of the queue. A job whose very key no entry has is left.
WITH dead AS (
    SELECT job.*, tasks.identifier, queues.queue_name, newest.id AS entry_id
    FROM {schema}._private_jobs AS job
    JOIN {schema}._private_tasks AS tasks ON tasks.id = job.task_id
    LEFT JOIN {schema}._private_job_queues AS queues ON queues.id = job.job_queue_id
    CROSS JOIN LATERAL (
        SELECT e.id FROM {table} e WHERE e.job_key = job.key ORDER BY e.failed_at DESC, e.id DESC LIMIT 1
    ) newest
    WHERE job.id = ANY (%(ids)s)
),
excluded AS (
    SELECT dead.entry_id,
{as_entry}
    FROM dead
),
renewed AS (
    UPDATE {table} AS entry
    SET
{renewal}
    FROM excluded
    WHERE entry.id = excluded.entry_id
    RETURNING entry.{job_id} AS job_id
)
SELECT job.id FROM {schema}.complete_jobs(ARRAY(SELECT renewed.job_id FROM renewed)) AS job
