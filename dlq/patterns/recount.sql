-- Of some grouped entries, whether the counts of their patterns still ought to have them: what recovered needs nobody, and an
-- earlier life of a chain is the same failure as the later one. Corrects both. Returns how many entries it was otherwise with.
-- Placeholders: entries is a SELECT of their `entry_id`, status the SQL of the status of the row `e`.
WITH looked_at AS MATERIALIZED (
    SELECT grouped.entry_id, grouped.is_counted, present.counts
    FROM ({entries}) wanted
    -- OFFSET 0 keeps these lookups by index.
    CROSS JOIN LATERAL (
        SELECT p.entry_id, p.is_counted FROM dlq_entrypattern p WHERE p.entry_id = wanted.entry_id OFFSET 0
    ) grouped
    CROSS JOIN LATERAL (
        SELECT {status} NOT IN ('recovered', 'superseded') AS counts FROM {table} e WHERE e.id = wanted.entry_id OFFSET 0
    ) present
),
turned AS (
    UPDATE dlq_entrypattern p
    SET is_counted = looked_at.counts
    FROM looked_at
    WHERE p.entry_id = looked_at.entry_id AND looked_at.is_counted <> looked_at.counts
    RETURNING p.pattern_id, p.failed_at, p.is_counted
),
changes AS MATERIALIZED (
    SELECT pattern_id,
           date_trunc('hour', failed_at, 'UTC')                AS hour,
           sum(CASE WHEN is_counted THEN 1 ELSE -1 END)::bigint AS difference
    FROM turned
    GROUP BY pattern_id, hour
),
hours AS (
    INSERT INTO dlq_patternhour AS h (pattern_id, hour, entries)
    SELECT pattern_id, hour, difference FROM changes
    ON CONFLICT (pattern_id, hour) DO UPDATE SET entries = h.entries + excluded.entries
),
counted AS (
    UPDATE dlq_failurepattern p
    SET entry_count = p.entry_count + numbers.difference
    FROM (
        SELECT template.whole_id AS pattern_id, sum(changes.difference)::bigint AS difference
        FROM changes
        JOIN dlq_failurepattern template ON template.id = changes.pattern_id
        GROUP BY 1
    ) AS numbers
    WHERE p.id = numbers.pattern_id
)
SELECT count(*) FROM turned
