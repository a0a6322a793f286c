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
LEFT JOIN dlq_entrypattern sorted
       ON sorted.entry_id = looked.id AND sorted.failed_at = looked.failed_at AND sorted.version = %(version)s
