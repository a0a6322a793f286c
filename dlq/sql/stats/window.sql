-- Everything that the statistics page counts live, in one pass over the window and one over the period before it.
-- Placeholders: `entries` is the SELECT of the entries that match the filter, `dimensions` the columns to count by (d0, d1, …)
-- named in `columns`, `stacked` the one of them that the chart stacks, `totals` the grouping set () and one for each.
-- Two kinds of rows come back: lines (all, and each value of each dimension, largest first) and slots (stretches of time).
WITH current AS MATERIALIZED (
    -- Two hash tables are filled at once: by all dimensions with all numbers, and by time and the stacked one.
    SELECT {dimensions}, slot, GROUPING(slot) = 1 AS is_line,
           count(*)                                         AS entries,
           sum(failure_count)                               AS failures,
           max(failed_at)                                   AS newest,
           count(*) FILTER (WHERE requeued_count > 0)       AS requeued,
           min(failed_at) FILTER (WHERE requeued_count <= 0) AS oldest_waiting
    FROM (
        SELECT {columns}, e.failed_at, e.failure_count, e.requeued_count,
               width_bucket(e.failed_at, %(starts)s::timestamptz[]) AS slot
        FROM ({entries}) e
        {joins}
        WHERE e.failed_at >= %(start)s AND e.failed_at <= %(end)s
    ) e
    GROUP BY GROUPING SETS (({dimensions}), (slot, {stacked}))
),
before AS MATERIALIZED (
    SELECT {columns}, count(*) AS entries, count(*) FILTER (WHERE e.requeued_count > 0) AS requeued
    FROM ({entries}) e
    {joins}
    WHERE e.failed_at >= %(before)s AND e.failed_at < %(start)s
    GROUP BY {dimensions}
),
both_periods AS (
    SELECT {dimensions}, entries, failures, newest, requeued, oldest_waiting, 0 AS entries_before, 0 AS requeued_before
    FROM current
    WHERE is_line
    UNION ALL
    SELECT {dimensions}, 0, NULL, NULL, 0, NULL, entries, requeued
    FROM before
),
lines AS MATERIALIZED (
    SELECT GROUPING({dimensions}) AS which, {dimensions},
           sum(entries)::bigint         AS entries,
           sum(failures)::bigint        AS failures,
           max(newest)                  AS newest,
           sum(requeued)::bigint        AS requeued,
           min(oldest_waiting)          AS oldest_waiting,
           sum(entries_before)::bigint  AS entries_before,
           sum(requeued_before)::bigint AS requeued_before
    FROM both_periods
    GROUP BY GROUPING SETS ({totals})
),
ranked AS MATERIALIZED (
    SELECT *,
           row_number() OVER (PARTITION BY which ORDER BY entries DESC, {dimensions}) AS place,
           count(*) FILTER (WHERE entries > 0) OVER (PARTITION BY which)              AS values_now,
           count(*) FILTER (WHERE entries_before > 0) OVER (PARTITION BY which)       AS values_before
    FROM lines
)
SELECT which, place, coalesce({names}) AS value, NULL AS slot, entries, failures, newest, requeued, oldest_waiting,
       entries_before, requeued_before, values_now, values_before
FROM ranked
WHERE place <= %(most)s
UNION ALL
SELECT NULL, ranked.place, NULL, current.slot, sum(current.entries)::bigint,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM current
LEFT JOIN ranked
       ON ranked.which = %(stacked)s AND ranked.place <= %(series)s AND ranked.{stacked} = current.{stacked}
WHERE NOT current.is_line
GROUP BY current.slot, ranked.place
ORDER BY which, place, slot
