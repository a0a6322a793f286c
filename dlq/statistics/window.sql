-- Everything that the statistics page counts live, in one pass over the window and one over the previous period.
-- Placeholders: `slices` is the UNION ALL of statistics/current.sql and statistics/previous.sql over slices of both periods, `dimensions`
-- the columns counted by (d0, d1, …), `values` what stands for each of them at last and `value_joins` what that needs,
-- `stacked` the one that the chart stacks, `totals` the grouping set () and one for each, `first_time` whether a line's value
-- never was before the window, `left_out` whether it stands for what has none.
-- Two kinds of rows come back: lines (all, and each value of each dimension, largest first) and slots (spans of time).
WITH counted AS MATERIALIZED (
    {slices}
),
named AS MATERIALIZED (
    SELECT {values}, slot, is_line, entries, failures, newest, requeued, oldest_waiting, entries_previous, requeued_previous
    FROM counted
    {value_joins}
),
lines AS MATERIALIZED (
    SELECT GROUPING({dimensions}) AS which, {dimensions},
           sum(entries)::bigint         AS entries,
           sum(failures)::bigint        AS failures,
           max(newest)                  AS newest,
           sum(requeued)::bigint        AS requeued,
           min(oldest_waiting)          AS oldest_waiting,
           sum(entries_previous)::bigint  AS entries_previous,
           sum(requeued_previous)::bigint AS requeued_previous
    FROM named
    WHERE is_line
    GROUP BY GROUPING SETS ({totals})
),
ranked AS MATERIALIZED (
    SELECT *,
           row_number() OVER (PARTITION BY which ORDER BY entries DESC, {dimensions})  AS place,
           count(*) FILTER (WHERE entries > 0) OVER (PARTITION BY which)               AS values_current,
           count(*) FILTER (WHERE entries_previous > 0) OVER (PARTITION BY which)        AS values_previous,
           count(*) FILTER (WHERE entries > 0 AND {first_time}) OVER (PARTITION BY which) AS values_new
    FROM lines
)
SELECT which, place, coalesce({names}) AS value, NULL AS slot, entries, failures, newest, requeued, oldest_waiting,
       entries_previous, requeued_previous, values_current, values_previous, values_new
FROM ranked
WHERE place <= %(most)s OR {left_out}
UNION ALL
SELECT NULL, ranked.place, NULL, named.slot, sum(named.entries)::bigint,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM named
LEFT JOIN ranked
       ON ranked.which = %(stacked)s AND ranked.place <= %(series)s AND ranked.{stacked} = named.{stacked}
WHERE NOT named.is_line
GROUP BY named.slot, ranked.place
ORDER BY which, place, slot
