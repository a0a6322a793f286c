-- The next slice of one kind of records by id: deletes those that are old and may go. Placeholders: records is their table, key the
-- column that numbers them, may_go the condition about a record `r`, also what else the statement does with those that go (`past`).
WITH scanned AS MATERIALIZED (
    SELECT {key} AS id, created_at < %(before)s AS is_old FROM {records} WHERE {key} > %(after)s ORDER BY {key} LIMIT %(limit)s
),
past AS MATERIALIZED (
    SELECT r.{key} AS id
    FROM {records} r
    WHERE r.{key} = ANY (ARRAY(SELECT id FROM scanned WHERE is_old))
      AND {may_go}
    FOR UPDATE SKIP LOCKED
),
{also}
pruned AS (
    DELETE FROM {records} WHERE {key} = ANY (ARRAY(SELECT id FROM past)) RETURNING {key}
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
