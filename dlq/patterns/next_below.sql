-- The next slice of entries downwards by id: those not grouped yet by these rules, and where the slice ends.
WITH scanned AS MATERIALIZED (
    SELECT e.id, e.failed_at
    FROM {table} e
    WHERE e.id < %(below)s
    ORDER BY e.id DESC
    LIMIT %(limit)s
)
SELECT array_agg(scanned.id) FILTER (WHERE grouped.entry_id IS NULL) AS ids, count(*) AS number, min(scanned.id) AS below
FROM scanned
-- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all that was ever grouped for each window.
LEFT JOIN LATERAL (
    SELECT p.entry_id
    FROM dlq_entrypattern p
    WHERE p.entry_id = scanned.id AND p.failed_at = scanned.failed_at AND p.version = %(version)s
    OFFSET 0
) grouped ON true
