-- Tasks and failure patterns of which much more failed in the last hours than in the same hours before. Both spans by the index on
-- failed_at. A task without visible text is left out, because no filter can ask for it.
WITH failures AS (
    SELECT e.id, e.task_identifier, e.failed_at, true AS is_recent
    FROM {table} e
    WHERE e.failed_at > %(now)s - %(length)s::interval AND e.failed_at <= %(now)s
    UNION ALL
    SELECT e.id, e.task_identifier, e.failed_at, false
    FROM {table} e
    WHERE e.failed_at > %(now)s - %(back)s::interval - %(length)s::interval AND e.failed_at <= %(now)s - %(back)s::interval
),
counted AS (
    SELECT failures.task_identifier, coalesce(p.merged_into_id, p.id) AS pattern_id,
           count(*) FILTER (WHERE is_recent)     AS recent,
           count(*) FILTER (WHERE NOT is_recent) AS before
    FROM failures
    -- As the filter has it. "Equal" would be taken for rare.
    LEFT JOIN dlq_entrypattern grouped ON grouped.entry_id = failures.id
         AND grouped.failed_at >= failures.failed_at AND grouped.failed_at <= failures.failed_at
    LEFT JOIN dlq_failurepattern p ON p.id = grouped.pattern_id
    GROUP BY GROUPING SETS ((failures.task_identifier), (coalesce(p.merged_into_id, p.id)))
)
SELECT coalesce(counted.task_identifier, whole.task_identifier) AS task, pattern_id AS pattern, whole.title, recent, before
FROM counted
LEFT JOIN dlq_failurepattern whole ON whole.id = counted.pattern_id
WHERE recent > %(least)s AND recent >= %(factor)s * before AND coalesce(counted.task_identifier, whole.task_identifier) ~ '\S'
ORDER BY recent - before DESC, task, pattern
