-- The next slice of a table with records of entries (the placeholder records) by id: deletes those of the past.
WITH scanned AS MATERIALIZED (
    SELECT id, created_at < %(before)s AS is_old FROM {records} WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
),
past AS MATERIALIZED (
    SELECT r.id
    FROM {records} r
    WHERE r.id = ANY (ARRAY(SELECT id FROM scanned WHERE is_old)) AND {is_past}
    FOR UPDATE SKIP LOCKED
),
pruned AS (
    DELETE FROM {records} WHERE id = ANY (ARRAY(SELECT id FROM past)) RETURNING id
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
