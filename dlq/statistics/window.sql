-- Everything that the statistics page counts live, in one pass over the window and the previous period.
-- Placeholders: `entries` is the SELECT of what the filter is about, whenever it failed; `columns` the dimensions as d0, d1, …
-- (`dimensions`, and as `texts`) and `joins` what they need beside it; `groups` a grouping set for each; `dimension` the name of the
-- one that a row is counted by; `values` what each of them stands for at last and `value_joins` what that needs; `first_time`
-- whether a line's value never was before the window, `left_out` whether it stands for what has none; `stacked` the one that the
-- chart stacks. Slot 0 is the previous period.
-- Three kinds of rows come back: the value NULL is a dimension's sum, a slot a span of time, the rest are lines, largest first.
WITH counted AS MATERIALIZED (
    SELECT {dimension} AS dimension, {dimensions}, slot,
           count(*)                                          AS entries,
           sum(failure_count)                                AS failures,
           max(failed_at)                                    AS newest,
           count(*) FILTER (WHERE was_requeued)              AS requeued,
           min(failed_at) FILTER (WHERE NOT was_requeued)    AS oldest_waiting
    FROM (
        SELECT {columns}, e.failed_at, e.failure_count,
               -- As models/was_requeued.sql has it. A join can be done by parallel workers, which a subquery for each row is not.
               e.requeued_count > 0 OR life.entry_id IS NOT NULL AS was_requeued,
               width_bucket(e.failed_at, %(starts)s::timestamptz[]) AS slot
        FROM ({entries}) e
        LEFT JOIN dlq_chainlife life ON life.entry_id = e.id AND life.chain <> life.entry_id
        {joins}
        WHERE e.failed_at >= %(previous)s AND e.failed_at <= %(end)s
        -- Or PostgreSQL takes the slots for as many as the times, and sorts all entries instead of counting in small hash tables.
        OFFSET 0
    ) e
    GROUP BY slot, GROUPING SETS ({groups})
),
named AS MATERIALIZED (
    SELECT dimension, {values}, slot, entries, failures, newest, requeued, oldest_waiting
    FROM counted
    {value_joins}
),
lines AS MATERIALIZED (
    SELECT dimension, {dimensions}, GROUPING({dimensions}) > 0            AS is_sum,
           coalesce(sum(entries) FILTER (WHERE slot > 0), 0)::bigint  AS entries,
           coalesce(sum(failures) FILTER (WHERE slot > 0), 0)::bigint AS failures,
           max(newest) FILTER (WHERE slot > 0)                        AS newest,
           coalesce(sum(requeued) FILTER (WHERE slot > 0), 0)::bigint AS requeued,
           min(oldest_waiting) FILTER (WHERE slot > 0)                AS oldest_waiting,
           coalesce(sum(entries) FILTER (WHERE slot = 0), 0)::bigint  AS entries_previous,
           coalesce(sum(requeued) FILTER (WHERE slot = 0), 0)::bigint AS requeued_previous
    FROM named
    GROUP BY GROUPING SETS ((dimension, {dimensions}), (dimension))
),
ranked AS MATERIALIZED (
    SELECT *,
           row_number() OVER (PARTITION BY dimension, is_sum ORDER BY entries DESC, {dimensions})  AS place,
           count(*) FILTER (WHERE entries > 0) OVER (PARTITION BY dimension, is_sum)               AS values_current,
           count(*) FILTER (WHERE entries_previous > 0) OVER (PARTITION BY dimension, is_sum)      AS values_previous,
           count(*) FILTER (WHERE entries > 0 AND {first_time}) OVER (PARTITION BY dimension, is_sum) AS values_new
    FROM lines
),
series AS MATERIALIZED (
    SELECT place, {stacked} FROM ranked WHERE dimension = %(stacked)s AND NOT is_sum AND place <= %(series)s
)
SELECT dimension, place, coalesce({texts}) AS value, NULL AS slot, entries, failures, newest, requeued, oldest_waiting,
       entries_previous, requeued_previous, values_current, values_previous, values_new
FROM ranked
WHERE place <= %(most)s OR {left_out}
UNION ALL
SELECT NULL, series.place, NULL, named.slot, sum(named.entries)::bigint, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM named
LEFT JOIN series USING ({stacked})
WHERE named.dimension = %(stacked)s AND named.slot > 0
GROUP BY named.slot, series.place
ORDER BY dimension, place, slot
