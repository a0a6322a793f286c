-- The next slice of edit records by id: deletes the old ones, except the newest ones of each thing that was edited.
WITH scanned AS MATERIALIZED (
    SELECT id, created_at < %(before)s AS is_old FROM dlq_editrecord WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
),
past AS MATERIALIZED (
    SELECT r.id
    FROM dlq_editrecord r
    WHERE r.id = ANY (ARRAY(SELECT id FROM scanned WHERE is_old))
      AND (SELECT true
           FROM dlq_editrecord newer
           WHERE newer.kind = r.kind AND newer.object_id = r.object_id AND newer.id > r.id
           ORDER BY newer.id
           OFFSET %(kept)s - 1
           LIMIT 1)
    FOR UPDATE SKIP LOCKED
),
pruned AS (
    DELETE FROM dlq_editrecord WHERE id = ANY (ARRAY(SELECT id FROM past)) RETURNING id
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
