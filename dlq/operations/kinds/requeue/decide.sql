-- What speaks against requeueing the locked entries. One row for each entry with a refusal (a code of RequeueKind.reasons;
-- `refusal_about` is the job or entry that its wording names), a key that may be in the way, or another entry that it came back as.
-- Runs after the entries are locked, in a statement of its own, so that it sees what happened while we waited.
-- The operation's own priority, queue and max_attempts (null: the entry's) are what the queue would be given.
-- `since`: everything that failed before it has been matched with requeues already (see outcomes/decide.sql).
WITH latest AS MATERIALIZED (
    SELECT newest.*
    FROM unnest(%(ids)s::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT r.entry_id, r.job_id, r.revision, r.outcome, r.run_at, r.created_at, r.returned_as,
               r.attempts_left, r.seen_running, r.exhausted_at, r.has_key
        FROM dlq_requeue r
        -- One that was taken back never was: the one before it may still be on its way.
        WHERE r.entry_id = wanted.id AND r.outcome <> 'gone'
        ORDER BY r.id DESC
        LIMIT 1
    ) newest
),
-- Their jobs that came back and were not matched yet, in one look at what failed since.
arrived AS MATERIALIZED (
    SELECT a.{job_id} AS job_id, max(a.id) AS id
    FROM {table} a
    WHERE EXISTS (SELECT FROM latest WHERE latest.outcome = '')
      AND a.failed_at >= greatest(%(since)s, (SELECT min(latest.created_at) FROM latest WHERE latest.outcome = ''))
      AND a.{job_id} = ANY (ARRAY(SELECT latest.job_id FROM latest WHERE latest.outcome = ''))
    GROUP BY a.{job_id}
)
SELECT * FROM (
SELECT e.id,
       CASE WHEN NOT %(keys_are_unique)s THEN e.job_key END AS shared_key,
       CASE
           WHEN e.last_requeued_at > %(frozen_at)s AND e.last_requeued_at <= statement_timestamp()         THEN 'requeued_since'
           WHEN job.locked_at IS NOT NULL AND NOT %(also_on_their_way)s                   THEN 'running'
           WHEN job.attempts > 0 AND job.attempts < job.max_attempts AND NOT %(also_on_their_way)s THEN 'retrying'
           WHEN job.attempts = 0 AND NOT %(also_on_their_way)s                            THEN 'waiting'
           WHEN has_run.yes AND NOT %(also_recovered)s                                    THEN 'has_run'
           WHEN coalesce(%(priority)s, e.priority) NOT BETWEEN -32768 AND 32767           THEN 'bad_priority'
           WHEN coalesce(%(max_attempts)s, e.max_attempts) NOT BETWEEN 1 AND 32767        THEN 'bad_max_attempts'
           WHEN e.job_key = ''                                                            THEN 'empty_key'
           WHEN length(e.job_key) > 512                                                   THEN 'long_key'
           WHEN length(e.task_identifier) > 128                                           THEN 'long_task'
           WHEN length(coalesce(%(queue_name)s, e.queue_name)) > 128                      THEN 'long_queue'
           WHEN twin.id IS NOT NULL                                                       THEN 'same_key'
       END AS refusal,
       coalesce(twin.id, latest.job_id) AS refusal_about,
       -- The other entry that the job of the latest requeue came back as.
       nullif(coalesce(latest.returned_as, arrived.id), e.id) AS returned_as,
       -- The state of another job that has the entry's key.
       CASE
           WHEN holder.id IS NULL                      THEN NULL
           WHEN holder.locked_at IS NOT NULL           THEN 'key_running'
           WHEN holder.attempts >= holder.max_attempts THEN 'key_exhausted'
           ELSE 'key_waiting'
       END AS key_holder,
       holder.id AS key_holder_id
FROM {table} e
LEFT JOIN latest ON latest.entry_id = e.id
LEFT JOIN arrived ON arrived.job_id = latest.job_id
-- OFFSET 0 keeps these two lookups by index: joined plainly, the planner may hash the whole queue for each chunk.
LEFT JOIN LATERAL (
    SELECT j.id, j.revision, j.locked_at, j.attempts, j.max_attempts
    FROM {schema}.jobs j
    WHERE j.id = latest.job_id AND latest.outcome = ''
    OFFSET 0
) present ON true
-- Our job as long as nobody replaced it (a newer revision is somebody else's job, which its key tells of).
LEFT JOIN LATERAL (
    SELECT present.* WHERE present.revision = latest.revision
) job ON true
-- The placeholder recovered is the condition of outcomes/recovered.sql. Nor has the entry failed since, by that job or another
-- one with its key.
CROSS JOIN LATERAL (
    SELECT (e.failed_at <= latest.created_at OR e.failed_at > statement_timestamp()) AND {recovered} AS yes
) has_run
LEFT JOIN LATERAL (
    SELECT j.id, j.locked_at, j.attempts, j.max_attempts
    FROM {schema}.jobs j
    WHERE j.key = e.job_key
    OFFSET 0
) holder ON true
-- Another entry with the same key that this operation has requeued in an earlier chunk. From the key to the requeue, never from
-- all that the operation has requeued so far, which is what the planner takes while dlq_requeue has no statistics yet.
LEFT JOIN LATERAL (
    SELECT other.id
    FROM (SELECT o.id FROM {table} o WHERE o.job_key = e.job_key AND o.id <> e.id AND NOT %(keys_are_unique)s OFFSET 0) other
    WHERE (SELECT true FROM dlq_requeue r WHERE r.operation_id = %(operation)s AND r.entry_id = other.id)
    LIMIT 1
) twin ON true
WHERE e.id = ANY (%(ids)s)
) decided
WHERE num_nonnulls(refusal, returned_as, key_holder, shared_key) > 0
ORDER BY id
