-- The next slice of entries in the order in which they failed: those not grouped yet (or grouped before they failed again, or
-- by older rules), and where the slice ends.
WITH scanned AS MATERIALIZED (
    SELECT e.id, e.failed_at
    FROM {table} e
    WHERE (e.failed_at, e.id) > (%(after)s, %(after_id)s)
    ORDER BY e.failed_at, e.id
    LIMIT %(limit)s
)
SELECT array_agg(scanned.id) FILTER (WHERE grouped.entry_id IS NULL) AS ids,
       count(*)                                                    AS number,
       (SELECT failed_at FROM scanned ORDER BY failed_at DESC, id DESC LIMIT 1) AS after,
       (SELECT id FROM scanned ORDER BY failed_at DESC, id DESC LIMIT 1)        AS after_id
FROM scanned
-- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all that was ever grouped for each window.
LEFT JOIN LATERAL (
    SELECT p.entry_id
    FROM dlq_entrypattern p
    WHERE p.entry_id = scanned.id AND p.failed_at = scanned.failed_at AND p.version = %(version)s
    OFFSET 0
) grouped ON true
