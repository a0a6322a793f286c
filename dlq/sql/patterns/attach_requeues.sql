-- The next window of requeues by id: remembers for each the pattern that its entry had when it was requeued.
WITH looked AS MATERIALIZED (
    SELECT id, entry_id, created_at FROM dlq_requeue WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
),
attached AS (
    INSERT INTO dlq_requeuepattern (requeue_id, pattern_id)
    SELECT looked.id, p.pattern_id
    FROM looked
    -- OFFSET 0 keeps this a lookup by index.
    CROSS JOIN LATERAL (
        SELECT sorted.pattern_id
        FROM dlq_entrypattern sorted
        WHERE sorted.entry_id = looked.entry_id AND sorted.failed_at <= looked.created_at
        OFFSET 0
    ) AS p
    ON CONFLICT (requeue_id) DO NOTHING
)
SELECT count(*) AS number, max(id) AS after FROM looked
