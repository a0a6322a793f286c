-- The next slice of requeues by id: deletes those of the past, each with its pattern. One stays while it is not known what became
-- of its job, and while the entry is there that the job came back as.
WITH scanned AS MATERIALIZED (
    SELECT id, created_at < %(before)s AS is_old FROM dlq_requeue WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
),
past AS MATERIALIZED (
    SELECT r.id
    FROM dlq_requeue r
    WHERE r.id = ANY (ARRAY(SELECT id FROM scanned WHERE is_old))
      AND r.outcome <> ''
      AND {is_past}
      AND (SELECT true FROM {table} e WHERE e.id = r.returned_as LIMIT 1) IS NULL
    FOR UPDATE SKIP LOCKED
),
pruned AS (
    DELETE FROM dlq_requeue WHERE id = ANY (ARRAY(SELECT id FROM past)) RETURNING id
),
patterns AS (
    DELETE FROM dlq_requeuepattern WHERE requeue_id = ANY (ARRAY(SELECT id FROM past))
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
