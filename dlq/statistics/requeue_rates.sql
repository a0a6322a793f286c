-- How the requeues made in the window and in the previous period ended: all, and by each value of each dimension.
-- Placeholders: `requeues` is the SELECT of the requeues that the filter is about, `requeue_joins` what the columns need beside them;
-- `ends` and `ends_previous` are sums by outcome; the others as in statistics/window.sql. A value NULL is of before the column was
-- kept; a dimension NULL is all.
WITH counted AS MATERIALIZED (
    SELECT {dimension} AS dimension, {dimensions}, is_current, outcome, count(*) AS requeues
    FROM (
        SELECT {columns}, e.created_at >= %(start)s AS is_current, e.outcome
        FROM ({requeues}) e
        {requeue_joins}
        WHERE e.created_at >= %(previous)s AND e.created_at <= %(end)s AND e.outcome <> ''
    ) e
    GROUP BY is_current, outcome, GROUPING SETS ((), {groups})
),
named AS (
    SELECT dimension, {values}, is_current, outcome, requeues
    FROM counted
    {value_joins}
)
SELECT dimension, coalesce({texts}) AS value,
       {ends},
       {ends_previous}
FROM named
GROUP BY dimension, value
