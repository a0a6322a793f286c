-- Groups these entries into the patterns that are remembered for their coarse keys, and keeps all counts in step, at once.
-- Returns the keys that nothing is remembered for, each with one of its entries; those are grouped when there is an answer.
WITH batch AS MATERIALIZED (
    SELECT e.id, e.failed_at, e.queue_name, {coarse_key} AS key
    FROM {table} e
    CROSS JOIN LATERAL ({error_text}) AS error
    WHERE e.id = ANY (%(ids)s)
),
known AS MATERIALIZED (
    SELECT batch.id, batch.failed_at, batch.queue_name, remembered.pattern_id
    FROM batch
    JOIN dlq_coarsekey remembered USING (key)
),
-- Where these entries were counted before: with an earlier failure, or by older rules.
earlier AS MATERIALIZED (
    SELECT grouped.pattern_id, grouped.failed_at
    FROM known
    -- OFFSET 0 keeps this a lookup by index, however many are known.
    CROSS JOIN LATERAL (
        SELECT p.pattern_id, p.failed_at FROM dlq_entrypattern p WHERE p.entry_id = known.id AND p.is_counted OFFSET 0
    ) AS grouped
),
placed AS (
    INSERT INTO dlq_entrypattern (entry_id, pattern_id, failed_at, version)
    SELECT id, pattern_id, failed_at, %(version)s
    FROM known
    ON CONFLICT (entry_id) DO UPDATE
    SET pattern_id = excluded.pattern_id, failed_at = excluded.failed_at, version = excluded.version, is_counted = true
),
changes AS MATERIALIZED (
    SELECT pattern_id, date_trunc('hour', failed_at, 'UTC') AS hour, sum(difference) AS difference
    FROM (
        SELECT pattern_id, failed_at, 1 AS difference FROM known
        UNION ALL
        SELECT pattern_id, failed_at, -1 FROM earlier
    ) AS differences
    GROUP BY pattern_id, hour
    HAVING sum(difference) <> 0
),
hours AS (
    INSERT INTO dlq_patternhour AS h (pattern_id, hour, entries)
    SELECT pattern_id, hour, difference FROM changes
    ON CONFLICT (pattern_id, hour) DO UPDATE SET entries = h.entries + excluded.entries
),
-- Entries and hours belong to templates, counts and times to the pattern that a template is a part of.
numbers AS (
    SELECT template.whole_id AS pattern_id, sum(changes.difference) AS difference
    FROM changes
    JOIN dlq_failurepattern template ON template.id = changes.pattern_id
    GROUP BY 1
),
seen AS (
    SELECT template.whole_id AS pattern_id,
           min(known.failed_at) AS first, max(known.failed_at) AS last, array_agg(DISTINCT known.queue_name::text) AS queues
    FROM known
    JOIN dlq_failurepattern template ON template.id = known.pattern_id
    GROUP BY 1
),
counted AS (
    UPDATE dlq_failurepattern p
    SET entry_count = p.entry_count + coalesce(numbers.difference, 0),
        first_seen = least(p.first_seen, seen.first),
        last_seen = greatest(p.last_seen, seen.last),
        queues = CASE
            WHEN seen.queues IS NULL OR p.queues @> seen.queues THEN p.queues
            ELSE ARRAY(SELECT DISTINCT name FROM unnest(p.queues || seen.queues) AS name ORDER BY name LIMIT %(most_queues)s)
        END,
        -- What was resolved and fails again has returned.
        state = CASE WHEN p.state = 'resolved' AND seen.last > p.resolved_at THEN 'returned' ELSE p.state END,
        returned_at = CASE WHEN p.state = 'resolved' AND seen.last > p.resolved_at THEN now() ELSE p.returned_at END,
        -- A person who edits it at the moment must be told.
        edit_number = p.edit_number + (p.state = 'resolved' AND seen.last > p.resolved_at IS TRUE)::int
    FROM seen
    FULL JOIN numbers USING (pattern_id)
    WHERE p.id = pattern_id
)
SELECT key, min(id) AS entry_id
FROM batch
WHERE NOT EXISTS (SELECT FROM dlq_coarsekey remembered WHERE remembered.key = batch.key)
GROUP BY key
