-- What speaks against requeueing the locked entries. One row for each entry with a refusal (a code of RequeueKind.reasons;
-- `refusal_about` is the job or entry that its wording names), a key that may be in the way, or a doubt: it may have run all the
-- same (`is_uncertain`), or nobody knows what became of its last requeue (`is_unknown`).
-- Runs after the entries are locked, in a statement of its own, so that it sees what happened while we waited.
-- The operation's own priority, queue and max_attempts (null: the entry's) are what the queue would be given.
-- `since`: everything that failed before it has been matched with requeues already (see outcomes/decide.sql).
WITH wanted AS MATERIALIZED (
    SELECT e.id, e.{job_id} AS job_id, e.failed_at, e.last_requeued_at, e.job_key, e.task_identifier, e.queue_name, e.priority,
           e.max_attempts, e.requeued_count, {uncertainty} AS is_uncertain
    FROM {table} e
    WHERE e.id = ANY (%(ids)s)
),
-- The entries that are one failure with a wanted one: itself; the one from whose requeue its job came, linked by the caretaker or
-- not yet; and the other lives of their chains.
origin AS MATERIALIZED (
    SELECT wanted.id AS wanted, wanted.id AS entry_id
    FROM wanted
    UNION ALL
    SELECT wanted.id, came.entry_id
    FROM wanted
    CROSS JOIN LATERAL (
        SELECT r.entry_id FROM dlq_requeue r
        WHERE r.job_id = wanted.job_id AND r.outcome <> 'gone'
        ORDER BY r.revision DESC
        LIMIT 1
    ) came
),
life AS MATERIALIZED (
    SELECT wanted, entry_id FROM origin
    UNION
    SELECT origin.wanted, other.entry_id
    FROM origin
    CROSS JOIN LATERAL (SELECT c.chain FROM dlq_chainlife c WHERE c.entry_id = origin.entry_id OFFSET 0) mine
    CROSS JOIN LATERAL (SELECT c.entry_id FROM dlq_chainlife c WHERE c.chain = mine.chain OFFSET 0) other
),
-- One that was taken back never was: the one before it may still be on its way. The latest of each life are looked at.
requeue AS MATERIALIZED (
    SELECT life.wanted, newest.*
    FROM life
    CROSS JOIN LATERAL (
        SELECT r.id, r.entry_id, r.job_id, r.revision, r.outcome, r.run_at, r.created_at, r.returned_as,
               r.attempts_left, r.seen_running, r.exhausted_at, r.has_key
        FROM dlq_requeue r
        WHERE r.entry_id = life.entry_id AND r.outcome <> 'gone'
        ORDER BY r.id DESC
        LIMIT 20
    ) newest
),
latest AS MATERIALIZED (
    SELECT DISTINCT ON (wanted) * FROM requeue ORDER BY wanted, id DESC
),
-- Their jobs that came back and were not matched yet, in one look at what failed since.
arrived AS MATERIALIZED (
    SELECT a.{job_id} AS job_id, max(a.id) AS id
    FROM {table} a
    WHERE EXISTS (SELECT FROM requeue WHERE requeue.outcome = '')
      AND a.failed_at >= greatest(%(since)s, (SELECT min(requeue.created_at) FROM requeue WHERE requeue.outcome = ''))
      AND a.{job_id} = ANY (ARRAY(SELECT requeue.job_id FROM requeue WHERE requeue.outcome = ''))
    GROUP BY a.{job_id}
),
-- The life that failed last, of those that are in the table, where that is another one.
standing AS MATERIALIZED (
    SELECT DISTINCT ON (wanted.id) wanted.id AS wanted, later.id
    FROM (
        SELECT life.wanted, life.entry_id FROM life WHERE life.entry_id <> life.wanted
        UNION
        SELECT requeue.wanted, came.id
        FROM requeue
        CROSS JOIN LATERAL (VALUES (requeue.returned_as), ((SELECT a.id FROM arrived a WHERE a.job_id = requeue.job_id))) came (id)
        WHERE came.id <> requeue.wanted
    ) other
    JOIN wanted ON wanted.id = other.wanted
    CROSS JOIN LATERAL (SELECT e.id, e.failed_at FROM {table} e WHERE e.id = other.entry_id OFFSET 0) later
    WHERE (later.failed_at, later.id) > (wanted.failed_at, wanted.id)
    ORDER BY wanted.id, later.failed_at DESC, later.id DESC
),
-- The latest of the jobs that are still on their way, of whichever life.
on_its_way AS MATERIALIZED (
    SELECT DISTINCT ON (requeue.wanted) requeue.wanted, requeue.job_id, job.locked_at, job.attempts
    FROM requeue
    -- OFFSET 0 keeps these lookups by index: joined plainly, the planner may hash the whole queue for each chunk.
    CROSS JOIN LATERAL (
        SELECT j.revision, j.locked_at, j.attempts, j.max_attempts
        FROM {schema}.jobs j
        WHERE j.id = requeue.job_id AND requeue.outcome = ''
        OFFSET 0
    ) job
    -- Our job as long as nobody replaced it (a newer revision is somebody else's job, which its key tells of).
    WHERE job.revision = requeue.revision AND (job.locked_at IS NOT NULL OR job.attempts < job.max_attempts)
    ORDER BY requeue.wanted, requeue.id DESC
)
SELECT id, shared_key, refusal, key_holder, key_holder_id, other_task, is_uncertain, is_unknown,
       CASE refusal WHEN 'returned' THEN standing_id WHEN 'same_key' THEN twin_id ELSE coalesce(job_on_its_way, latest_job) END
           AS refusal_about
FROM (
SELECT e.id,
       CASE WHEN NOT %(keys_are_unique)s THEN e.job_key END AS shared_key,
       CASE
           WHEN e.last_requeued_at > %(frozen_at)s AND e.last_requeued_at <= statement_timestamp()         THEN 'requeued_since'
           WHEN standing.id IS NOT NULL                                                   THEN 'returned'
           WHEN on_its_way.locked_at IS NOT NULL AND NOT %(also_on_their_way)s            THEN 'running'
           WHEN on_its_way.attempts > 0 AND NOT %(also_on_their_way)s                     THEN 'retrying'
           WHEN on_its_way.attempts = 0 AND NOT %(also_on_their_way)s                     THEN 'waiting'
           WHEN has_run.yes AND NOT %(also_recovered)s                                    THEN 'has_run'
           WHEN coalesce(%(priority)s, e.priority) NOT BETWEEN -32768 AND 32767           THEN 'bad_priority'
           WHEN coalesce(%(max_attempts)s, e.max_attempts) NOT BETWEEN 1 AND 32767        THEN 'bad_max_attempts'
           WHEN e.job_key = ''                                                            THEN 'empty_key'
           WHEN length(e.job_key) > 512                                                   THEN 'long_key'
           WHEN length(e.task_identifier) > 128                                           THEN 'long_task'
           WHEN length(coalesce(%(queue_name)s, e.queue_name)) > 128                      THEN 'long_queue'
           WHEN twin.id IS NOT NULL                                                       THEN 'same_key'
       END AS refusal,
       standing.id AS standing_id,
       twin.id AS twin_id,
       on_its_way.job_id AS job_on_its_way,
       latest.job_id AS latest_job,
       e.is_uncertain,
       CASE WHEN e.id IN (SELECT requeue.entry_id FROM requeue WHERE requeue.outcome = 'unknown') THEN {status} = 'unknown' ELSE false END
           AS is_unknown,
       -- The state of another job that has the entry's key.
       CASE
           WHEN holder.id IS NULL                      THEN NULL
           WHEN holder.locked_at IS NOT NULL           THEN 'key_running'
           WHEN holder.attempts >= holder.max_attempts THEN 'key_exhausted'
           ELSE 'key_waiting'
       END AS key_holder,
       holder.id AS key_holder_id,
       CASE WHEN holder.task_identifier <> e.task_identifier THEN holder.task_identifier END AS other_task
FROM wanted e
LEFT JOIN standing ON standing.wanted = e.id
LEFT JOIN on_its_way ON on_its_way.wanted = e.id
LEFT JOIN latest ON latest.wanted = e.id
LEFT JOIN arrived ON arrived.job_id = latest.job_id
LEFT JOIN LATERAL (
    SELECT j.id
    FROM {schema}.jobs j
    WHERE j.id = latest.job_id AND latest.outcome = ''
    OFFSET 0
) present ON true
-- The placeholder recovered is the condition of outcomes/recovered.sql. Nor has the entry itself failed since, by that job or
-- another one with its key.
CROSS JOIN LATERAL (
    SELECT latest.id IS NOT NULL AND {recovered}
           AND (latest.entry_id <> e.id OR e.failed_at <= latest.created_at OR e.failed_at > statement_timestamp()) AS yes
) has_run
LEFT JOIN LATERAL (
    SELECT j.id, j.task_identifier, j.locked_at, j.attempts, j.max_attempts
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
) decided
WHERE num_nonnulls(refusal, key_holder, shared_key) > 0 OR is_uncertain OR is_unknown
ORDER BY id
