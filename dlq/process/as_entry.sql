-- A job that has used up its attempts (`dead`, with the names of its task and queue) as the columns of its entry.
dead.id                          AS {job_id},
dead.identifier                  AS task_identifier,
dead.payload::jsonb              AS payload,
coalesce(dead.queue_name, '')    AS queue_name,
dead.priority                    AS priority,
dead.key                         AS job_key,
dead.max_attempts                AS max_attempts,
format('Job exceeded maximum retry attempts (%%s/%%s)', dead.attempts, dead.max_attempts) AS failure_reason,
1                                AS failure_count,
to_jsonb(dead.last_error)        AS last_error,
dead.created_at                  AS original_created_at,
dead.run_at                      AS original_run_at
