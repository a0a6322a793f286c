-- An entry whose job failed again (`excluded` is what it would be) tells of its newest failure. id, notes and the requeue
-- counts stay. Unlike the library, which keeps the first payload for ever, this keeps what the job that died was given: a
-- requeue must not run older data than the queue had.
{job_id} = excluded.{job_id},
task_identifier = excluded.task_identifier,
payload = excluded.payload,
queue_name = excluded.queue_name,
priority = excluded.priority,
max_attempts = excluded.max_attempts,
failure_reason = excluded.failure_reason,
-- One that is as large as can be stays so.
    failure_count = entry.failure_count + (entry.failure_count < 2147483647)::integer,
last_error = excluded.last_error,
original_created_at = excluded.original_created_at,
original_run_at = excluded.original_run_at,
failed_at = now()
