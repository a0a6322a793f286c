-- Requeues the given (locked, allowed) entries: adds their jobs, counts the entries up and records the links, all at once.
-- Returns how many jobs were added, the entries for which the engine queued nothing (their key's job was locked during the
-- call), overwrote a job, overwrote one of another task (with that task), or overwrote one and joined both payloads (it does so with two lists), those that a trigger of the
-- table's owner kept from being counted, and when the last job is due.
WITH chosen AS MATERIALIZED (
    SELECT e.id,
           e.task_identifier,
           e.queue_name,
           e.priority,
           e.last_requeued_at,
           e.failed_at,
           due.run_at,
           ROW (
               e.task_identifier,
               e.payload::json,
               nullif(coalesce(%(queue_name)s, e.queue_name), ''),
               due.run_at,
               coalesce(%(max_attempts)s, e.max_attempts)::smallint,
               CASE WHEN e.id = ANY (%(without_key)s::bigint[]) THEN NULL ELSE e.job_key END,
               coalesce(%(priority)s, e.priority)::smallint,
               NULL::text[]
           )::{schema}.job_spec AS spec
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM {table} WHERE id = ANY (%(ids)s)) e
    -- add_jobs returns its rows in no promised order; a run_at of its own tells them apart, and lets the workers, who take
    -- jobs by (priority, run_at), keep the entries' order.
    CROSS JOIN LATERAL (
        SELECT greatest(now(), %(earliest)s) + (e.n - 1) * %(step)s + e.n * interval '1 microsecond' AS run_at
    ) due
),
added AS MATERIALIZED (
    SELECT job.id AS job_id, job.revision, job.run_at, job.max_attempts, job.key IS NOT NULL AS has_key, CASE WHEN job.revision > 0 THEN job.payload END AS replacing
    -- In key order: two calls with the same keys in opposite orders deadlock.
    FROM {schema}.add_jobs((SELECT array_agg(spec ORDER BY (spec).job_key, id) FROM chosen)) AS job
),
-- Which tasks the overwritten jobs were of, where it is another: this statement still sees the queue from before the call. Null: a
-- job that it does not see was added meanwhile, while the call waited for its key.
overwritten AS MATERIALIZED (
    SELECT added.job_id, job.task_identifier
    FROM added
    JOIN chosen USING (run_at)
    LEFT JOIN LATERAL (
        SELECT j.task_identifier FROM {schema}.jobs j WHERE j.id = added.job_id AND added.revision > 0 OFFSET 0
    ) job ON true
    WHERE added.revision > 0 AND job.task_identifier IS DISTINCT FROM chosen.task_identifier
),
counted AS (
    UPDATE {table} e
    -- A count that is as large as can be stays so.
    SET requeued_count = e.requeued_count + (e.requeued_count < 2147483647)::integer,
        last_requeued_at = now(),
        notes = CASE WHEN %(note)s = '' THEN e.notes ELSE concat_ws(E'\n', nullif(e.notes, ''), %(note)s) END
    FROM chosen
    JOIN added USING (run_at)
    WHERE e.id = chosen.id
    RETURNING e.id, e.notes
),
recorded AS (
    INSERT INTO dlq_requeue
        (operation_id, entry_id, task_identifier, queue_name, priority, job_id, revision, replaced, replaced_task, failed_at,
         run_at, actor, previous_requeued_at, created_at, outcome, has_key, attempts_left)
    SELECT %(operation)s, chosen.id, chosen.task_identifier, chosen.queue_name, chosen.priority, added.job_id,
           added.revision, added.revision > 0, coalesce(overwritten.task_identifier, ''), chosen.failed_at,
           chosen.run_at, %(actor)s, chosen.last_requeued_at, now(), '', added.has_key, added.max_attempts
    FROM chosen
    JOIN added USING (run_at)
    LEFT JOIN overwritten USING (job_id)
    ORDER BY chosen.run_at
),
kept AS (
    INSERT INTO dlq_entrynote (entry_id, text, replaced, actor, operation_id, created_at)
    SELECT counted.id, counted.notes, '', %(actor)s, %(operation)s, now()
    FROM counted
    WHERE %(note)s <> ''
)
SELECT count(added.job_id),
       coalesce(array_agg(chosen.id) FILTER (WHERE added.job_id IS NULL), '{}'),
       coalesce(array_agg(chosen.id) FILTER (WHERE added.revision > 0), '{}'),
       (jsonb_object_agg(chosen.id, overwritten.task_identifier) FILTER (WHERE overwritten.job_id IS NOT NULL))::text,
       coalesce(
           array_agg(chosen.id) FILTER (
               -- CASE, so that payloads are compared of overwritten jobs only.
               WHERE CASE WHEN added.replacing IS NOT NULL THEN added.replacing::jsonb <> (chosen.spec).payload::jsonb END
           ),
           '{}'
       ),
       coalesce(array_agg(chosen.id) FILTER (WHERE added.job_id IS NOT NULL AND counted.id IS NULL), '{}'),
       max(chosen.run_at)
FROM chosen
LEFT JOIN added USING (run_at)
LEFT JOIN overwritten USING (job_id)
LEFT JOIN counted ON counted.id = chosen.id
