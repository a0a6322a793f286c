-- The lives of the chain that an entry belongs to, the first one first: when each failed, where it is, and whose requeue it came from.
-- Also what the caretaker has not linked yet. `since`: see outcomes/decide.sql.
WITH origin AS (
    SELECT (%(entry)s)::bigint AS entry_id
    UNION ALL
    (SELECT r.entry_id
     FROM dlq_requeue r
     WHERE r.job_id = (SELECT e.{job_id} FROM {table} e WHERE e.id = (%(entry)s)::bigint) AND r.outcome <> 'gone'
     ORDER BY r.revision DESC
     LIMIT 1)
),
known AS MATERIALIZED (
    SELECT entry_id FROM origin
    UNION
    SELECT other.entry_id
    FROM origin
    JOIN dlq_chainlife mine USING (entry_id)
    JOIN dlq_chainlife other ON other.chain = mine.chain
),
requeue AS MATERIALIZED (
    SELECT r.*
    FROM known
    CROSS JOIN LATERAL (
        SELECT r.id, r.entry_id, r.job_id, r.operation_id, r.actor, r.created_at, r.outcome, r.returned_as
        FROM dlq_requeue r
        WHERE r.entry_id = known.entry_id AND r.outcome <> 'gone'
        ORDER BY r.id DESC
        LIMIT 100
    ) r
),
came_back AS MATERIALIZED (
    SELECT requeue.*, requeue.returned_as AS life FROM requeue WHERE requeue.returned_as IS NOT NULL
    UNION ALL
    SELECT requeue.*, a.id
    FROM {table} a
    JOIN requeue ON requeue.job_id = a.{job_id} AND requeue.outcome = ''
    WHERE EXISTS (SELECT FROM requeue WHERE requeue.outcome = '')
      AND a.failed_at >= greatest(%(since)s, (SELECT min(requeue.created_at) FROM requeue WHERE requeue.outcome = ''))
      AND a.{job_id} = ANY (ARRAY(SELECT requeue.job_id FROM requeue WHERE requeue.outcome = ''))
)
SELECT life.entry_id,
       coalesce(e.failed_at, trash.failed_at) AS failed_at,
       e.id IS NOT NULL                       AS is_here,
       trash.entry_id IS NOT NULL             AS is_in_trash,
       came.actor,
       came.created_at                        AS requeued_at,
       came.operation_id
FROM (SELECT entry_id FROM known UNION SELECT came_back.life FROM came_back) life
LEFT JOIN {table} e ON e.id = life.entry_id
LEFT JOIN LATERAL (
    SELECT d.entry_id, (d.row ->> 'failed_at')::timestamptz AS failed_at
    FROM dlq_deletedentry d
    WHERE d.entry_id = life.entry_id
    ORDER BY d.id DESC
    LIMIT 1
) trash ON true
LEFT JOIN LATERAL (
    SELECT c.actor, c.created_at, c.operation_id
    FROM came_back c
    WHERE c.life = life.entry_id AND c.entry_id <> c.life
    ORDER BY c.id DESC
    LIMIT 1
) came ON true
ORDER BY coalesce(e.failed_at, trash.failed_at, came.created_at) NULLS FIRST, life.entry_id
