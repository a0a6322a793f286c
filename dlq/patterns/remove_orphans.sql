-- The next slice of grouped entries by id: deletes those whose entry is gone, and takes them out of the counts.
WITH scanned AS MATERIALIZED (
    SELECT entry_id FROM dlq_entrypattern WHERE entry_id > %(after)s ORDER BY entry_id LIMIT %(limit)s
),
orphans AS MATERIALIZED (
    SELECT scanned.entry_id FROM scanned WHERE NOT EXISTS (SELECT FROM {table} e WHERE e.id = scanned.entry_id)
),
deleted AS (
    DELETE FROM dlq_entrypattern p USING orphans WHERE p.entry_id = orphans.entry_id RETURNING p.pattern_id, p.failed_at, p.is_counted
),
changes AS MATERIALIZED (
    SELECT pattern_id, date_trunc('hour', failed_at, 'UTC') AS hour, count(*) AS number FROM deleted WHERE is_counted GROUP BY pattern_id, hour
),
hours AS (
    UPDATE dlq_patternhour h SET entries = h.entries - changes.number
    FROM changes WHERE h.pattern_id = changes.pattern_id AND h.hour = changes.hour
),
counted AS (
    UPDATE dlq_failurepattern p SET entry_count = p.entry_count - numbers.number
    FROM (
        SELECT template.whole_id AS pattern_id, sum(changes.number) AS number
        FROM changes
        JOIN dlq_failurepattern template ON template.id = changes.pattern_id
        GROUP BY 1
    ) AS numbers
    WHERE p.id = numbers.pattern_id
)
SELECT (SELECT count(*) FROM scanned) AS number,
       (SELECT max(entry_id) FROM scanned) AS after,
       (SELECT count(*) FROM orphans) AS orphans
