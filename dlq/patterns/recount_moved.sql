-- The numbers, times and queues of these patterns from their templates, after some were moved. Times only grow: those of failures
-- that are gone are not known any more. The queues are those of the newest failures of each template.
WITH templates AS MATERIALIZED (
    SELECT template.id, template.whole_id FROM dlq_failurepattern template WHERE template.whole_id = ANY (%(patterns)s)
),
numbers AS (
    SELECT templates.whole_id, coalesce(sum(counted.entries), 0)::bigint AS entries, min(seen.first) AS first, max(seen.last) AS last
    FROM templates
    CROSS JOIN LATERAL (SELECT sum(h.entries) AS entries FROM dlq_patternhour h WHERE h.pattern_id = templates.id) AS counted
    CROSS JOIN LATERAL (
        SELECT min(g.failed_at) AS first, max(g.failed_at) AS last FROM dlq_entrypattern g WHERE g.pattern_id = templates.id
    ) AS seen
    GROUP BY templates.whole_id
),
queues AS (
    SELECT whole_id, (array_agg(DISTINCT queue ORDER BY queue))[1:%(most_queues)s] AS names
    FROM templates
    CROSS JOIN LATERAL (
        SELECT e.queue_name::text AS queue
        FROM (
            SELECT g.entry_id FROM dlq_entrypattern g WHERE g.pattern_id = templates.id ORDER BY g.failed_at DESC LIMIT 100
        ) AS newest
        JOIN {table} e ON e.id = newest.entry_id
    ) AS seen
    GROUP BY whole_id
)
UPDATE dlq_failurepattern p
SET entry_count = numbers.entries,
    first_seen = least(p.first_seen, numbers.first),
    last_seen = greatest(p.last_seen, numbers.last),
    queues = coalesce(queues.names, p.queues)
FROM numbers
LEFT JOIN queues USING (whole_id)
WHERE p.id = numbers.whole_id
RETURNING p.id
