-- The next slice of requeues by id: remembers for each the pattern that its entry had when it was requeued.
WITH scanned AS MATERIALIZED (
    SELECT id, entry_id, created_at FROM dlq_requeue WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
),
attached AS (
    INSERT INTO dlq_requeuepattern (requeue_id, pattern_id)
    SELECT scanned.id, p.pattern_id
    FROM scanned
    -- OFFSET 0 keeps this a lookup by index.
    CROSS JOIN LATERAL (
        SELECT grouped.pattern_id
        FROM dlq_entrypattern grouped
        WHERE grouped.entry_id = scanned.entry_id AND grouped.failed_at <= scanned.created_at
        OFFSET 0
    ) AS p
    ON CONFLICT (requeue_id) DO NOTHING
)
SELECT count(*) AS number, max(id) AS after FROM scanned
