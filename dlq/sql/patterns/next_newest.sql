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
LEFT JOIN dlq_entrypattern sorted
       ON sorted.entry_id = looked.id AND sorted.failed_at = looked.failed_at AND sorted.version = %(version)s
