-- The next slice of lives of chains by entry: deletes those of the past, of which no other record is left.
WITH scanned AS MATERIALIZED (
    SELECT entry_id AS id, created_at < %(before)s AS is_old
    FROM dlq_chainlife
    WHERE entry_id > %(after)s
    ORDER BY entry_id
    LIMIT %(limit)s
),
past AS MATERIALIZED (
    SELECT c.entry_id AS id
    FROM dlq_chainlife c
    WHERE c.entry_id = ANY (ARRAY(SELECT id FROM scanned WHERE is_old))
      AND (SELECT true FROM {table} e WHERE e.id = c.entry_id LIMIT 1) IS NULL
      AND (SELECT true FROM dlq_deletedentry d WHERE d.entry_id = c.entry_id LIMIT 1) IS NULL
      AND (SELECT true FROM dlq_requeue r WHERE r.entry_id = c.entry_id LIMIT 1) IS NULL
    FOR UPDATE SKIP LOCKED
),
pruned AS (
    DELETE FROM dlq_chainlife WHERE entry_id = ANY (ARRAY(SELECT id FROM past)) RETURNING entry_id
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
