-- The earlier lives of these entries that are in the table, and not among the entries themselves.
-- The placeholder entries is a SELECT of their `id` and `failed_at`.
WITH chosen AS MATERIALIZED (
    SELECT e.id, e.failed_at, mine.chain FROM ({entries}) e JOIN dlq_chainlife mine ON mine.entry_id = e.id
)
SELECT DISTINCT earlier.id
FROM chosen
JOIN dlq_chainlife other ON other.chain = chosen.chain
JOIN {table} earlier ON earlier.id = other.entry_id
WHERE (earlier.failed_at, earlier.id) < (chosen.failed_at, chosen.id)
  AND earlier.id NOT IN (SELECT id FROM chosen)
