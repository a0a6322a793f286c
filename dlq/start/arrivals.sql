-- What failed within a time, each failure once (models/superseded.sql) and as it stands now: in all, and by pattern the most first.
-- At most so many are looked at, the newest. The placeholder status is models/entry_status.sql.
WITH arrived AS MATERIALIZED (
    SELECT e.id, {status} AS status
    FROM (SELECT *
          FROM {table}
          WHERE failed_at >= %(since)s AND failed_at <= %(now)s
          ORDER BY failed_at DESC
          LIMIT %(most)s) AS e
),
failures AS (
    SELECT arrived.status, coalesce(pattern.merged_into_id, pattern.id) AS pattern
    FROM arrived
    LEFT JOIN dlq_entrypattern grouped ON grouped.entry_id = arrived.id
    LEFT JOIN dlq_failurepattern pattern ON pattern.id = grouped.pattern_id
    WHERE arrived.status <> 'superseded'
)
SELECT grouping(pattern) = 1                            AS is_total,
       pattern,
       count(*)                                         AS failed,
       count(*) FILTER (WHERE status = 'new')           AS new,
       count(*) FILTER (WHERE status = 'failed_again')  AS failed_again,
       count(*) FILTER (WHERE status = 'gone')          AS gone,
       count(*) FILTER (WHERE status = 'lost')          AS lost,
       count(*) FILTER (WHERE status <> 'recovered')    AS open,
       (SELECT count(*) FROM arrived)                   AS looked_at
FROM failures
GROUP BY GROUPING SETS ((), (pattern))
ORDER BY is_total DESC, failed DESC, pattern
LIMIT %(patterns)s + 1
