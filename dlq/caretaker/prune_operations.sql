-- The next slice of operations by id: deletes those that ended before `before` and of which no record is left. One that was undone
-- and those that undid it, which nothing undoes, go together or not at all.
WITH scanned AS MATERIALIZED (
    SELECT id, undoes_id, created_at < %(before)s AS is_old
    FROM dlq_bulkoperation
    WHERE id > %(after)s
    ORDER BY id
    LIMIT %(limit)s
),
families AS MATERIALIZED (
    SELECT id AS family, id FROM scanned WHERE is_old AND undoes_id IS NULL
    UNION ALL
    SELECT o.undoes_id, o.id
    FROM dlq_bulkoperation o
    WHERE o.undoes_id = ANY (ARRAY(SELECT id FROM scanned WHERE is_old AND undoes_id IS NULL))
),
past AS MATERIALIZED (
    SELECT o.id
    FROM dlq_bulkoperation o
    WHERE o.id = ANY (ARRAY(SELECT id FROM families))
      AND o.finished_at < %(before)s
      AND o.state IN ('done', 'cancelled')
      AND (SELECT true FROM dlq_requeue r WHERE r.operation_id = o.id LIMIT 1) IS NULL
      AND (SELECT true FROM dlq_operationentry r WHERE r.operation_id = o.id LIMIT 1) IS NULL
      AND (SELECT true FROM dlq_entrynote n WHERE n.operation_id = o.id LIMIT 1) IS NULL
      AND (SELECT true FROM dlq_payloadedit p WHERE p.operation_id = o.id LIMIT 1) IS NULL
      AND (SELECT true FROM dlq_payloadedit p WHERE p.put_back_by_id = o.id LIMIT 1) IS NULL
      -- Looked up once for the slice: no index of the trash finds one operation at once. A day for clocks that differ.
      AND o.id <> ALL (ARRAY(
          SELECT DISTINCT d.operation_id FROM dlq_deletedentry d WHERE d.deleted_at < %(before)s + interval '1 day'
      ))
    FOR UPDATE SKIP LOCKED
),
pruned AS (
    -- Who begins to undo one at this moment makes the foreign key refuse this; then it is left for the next time.
    DELETE FROM dlq_bulkoperation
    WHERE id = ANY (ARRAY(
        SELECT families.id
        FROM families
        WHERE families.family NOT IN (
            SELECT families.family FROM families LEFT JOIN past USING (id) WHERE past.id IS NULL
        )
    ))
    RETURNING id
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
