-- Entries from all over the table: for each of as many equal parts of its ids the first one from there on. However large the
-- table, that reads as many rows.
SELECT DISTINCT found.id
FROM (SELECT min(id) AS low, max(id) AS high FROM {table}) AS ids
CROSS JOIN generate_series(1, %(sample)s) AS part
CROSS JOIN LATERAL (
    SELECT e.id FROM {table} e
    WHERE e.id >= (ids.low + (ids.high::numeric - ids.low) * part / %(sample)s)::bigint ORDER BY e.id LIMIT 1
) AS found
