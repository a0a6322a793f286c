-- The next slice of what payloads were before they were edited, by id: deletes those of the past, of which no other life of the chain
-- is in the table or in the trash either.
WITH scanned AS MATERIALIZED (
    SELECT id, created_at < %(before)s AS is_old FROM dlq_payloadedit WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
),
past AS MATERIALIZED (
    SELECT r.id
    FROM dlq_payloadedit r
    WHERE r.id = ANY (ARRAY(SELECT id FROM scanned WHERE is_old))
      AND {is_past}
      AND (SELECT true
           FROM dlq_chainlife mine
           JOIN dlq_chainlife other ON other.chain = mine.chain
           WHERE mine.entry_id = r.entry_id
             AND ((SELECT true FROM {table} e WHERE e.id = other.entry_id LIMIT 1)
                  OR (SELECT true FROM dlq_deletedentry d WHERE d.entry_id = other.entry_id LIMIT 1))
           LIMIT 1) IS NULL
    FOR UPDATE SKIP LOCKED
),
pruned AS (
    DELETE FROM dlq_payloadedit WHERE id = ANY (ARRAY(SELECT id FROM past)) RETURNING id
)
SELECT count(*)                      AS scanned,
       coalesce(bool_or(is_old), false) AS has_old,
       max(id)                       AS after,
       (SELECT count(*) FROM pruned) AS pruned
FROM scanned
