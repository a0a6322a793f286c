-- The next window of entries in the order in which they failed: those not sorted yet (or sorted before they failed again, or
-- by older rules), and where the window ends.
WITH looked AS MATERIALIZED (
    SELECT e.id, e.failed_at
    FROM {table} e
    WHERE (e.failed_at, e.id) > (%(after)s, %(after_id)s)
    ORDER BY e.failed_at, e.id
    LIMIT %(limit)s
)
SELECT array_agg(looked.id) FILTER (WHERE sorted.entry_id IS NULL) AS ids,
       count(*)                                                    AS number,
       (SELECT failed_at FROM looked ORDER BY failed_at DESC, id DESC LIMIT 1) AS after,
       (SELECT id FROM looked ORDER BY failed_at DESC, id DESC LIMIT 1)        AS after_id
FROM looked
-- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all that was ever sorted for each window.
LEFT JOIN LATERAL (
    SELECT p.entry_id
    FROM dlq_entrypattern p
    WHERE p.entry_id = looked.id AND p.failed_at = looked.failed_at AND p.version = %(version)s
    OFFSET 0
) sorted ON true
