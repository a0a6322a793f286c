-- Tasks and failure patterns of which much more failed in the last hours than in the same hours before. Only these two spans of time are
-- read, of the table and of what is grouped, by the indexes on failed_at. The pattern as the filter has it: "equal" would be taken for rare.
-- Each failure once: the placeholder superseded is the condition of models/superseded.sql.
-- A task without visible text is left out, because no filter can ask for it.
WITH failures AS (
    SELECT e.task_identifier, grouped.pattern_id, true AS is_recent
    FROM {table} e
    LEFT JOIN dlq_entrypattern grouped
           ON grouped.entry_id = e.id AND grouped.failed_at >= e.failed_at AND grouped.failed_at <= e.failed_at
          AND grouped.failed_at > %(recent_after)s AND grouped.failed_at <= %(now)s
    WHERE e.failed_at > %(recent_after)s AND e.failed_at <= %(now)s AND NOT {superseded}
    UNION ALL
    SELECT e.task_identifier, grouped.pattern_id, false
    FROM {table} e
    LEFT JOIN dlq_entrypattern grouped
           ON grouped.entry_id = e.id AND grouped.failed_at >= e.failed_at AND grouped.failed_at <= e.failed_at
          AND grouped.failed_at > %(before_after)s AND grouped.failed_at <= %(before_until)s
    WHERE e.failed_at > %(before_after)s AND e.failed_at <= %(before_until)s AND NOT {superseded}
),
counted AS (
    SELECT failures.task_identifier, template.whole_id AS pattern,
           count(*) FILTER (WHERE is_recent)     AS recent,
           count(*) FILTER (WHERE NOT is_recent) AS before
    FROM failures
    LEFT JOIN dlq_failurepattern template ON template.id = failures.pattern_id
    GROUP BY GROUPING SETS ((failures.task_identifier), (template.whole_id))
)
SELECT coalesce(counted.task_identifier, whole.task_identifier) AS task, counted.pattern, {title} AS title, recent, before
FROM counted
LEFT JOIN dlq_failurepattern whole ON whole.id = counted.pattern
WHERE recent > %(least)s AND recent >= %(factor)s * before AND coalesce(counted.task_identifier, whole.task_identifier) ~ '\S'
ORDER BY recent - before DESC, task, pattern
