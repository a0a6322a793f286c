-- The next window of entries downwards by id: those not sorted yet by these rules, and where the window ends.
WITH looked AS MATERIALIZED (
    SELECT e.id, e.failed_at
    FROM {table} e
    WHERE e.id < %(below)s
    ORDER BY e.id DESC
    LIMIT %(limit)s
)
SELECT array_agg(looked.id) FILTER (WHERE sorted.entry_id IS NULL) AS ids, count(*) AS number, min(looked.id) AS below
FROM looked
-- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all that was ever sorted for each window.
LEFT JOIN LATERAL (
    SELECT p.entry_id
    FROM dlq_entrypattern p
    WHERE p.entry_id = looked.id AND p.failed_at = looked.failed_at AND p.version = %(version)s
    OFFSET 0
) sorted ON true
