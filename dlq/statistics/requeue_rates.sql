-- How the requeues made in the window and in the previous period ended: all, and by each value of each dimension.
-- Placeholders: `requeues` is the SELECT of the requeues that the filter is about, `joins` what the columns need beside them;
-- `ends` and `ends_previous` are sums by outcome; the others as in statistics/window.sql.
WITH counted AS MATERIALIZED (
    SELECT {dimensions}, is_current, outcome, count(*) AS requeues
    FROM (
        SELECT {columns}, e.created_at >= %(start)s AS is_current, e.outcome
        FROM ({requeues}) e
        {joins}
        WHERE e.created_at >= %(previous)s AND e.created_at <= %(end)s AND e.outcome <> ''
    ) e
    GROUP BY {dimensions}, is_current, outcome
),
named AS (
    SELECT {values}, is_current, outcome, requeues
    FROM counted
    {value_joins}
)
SELECT GROUPING({dimensions}) AS which, coalesce({names}) AS value,
       {ends},
       {ends_previous}
FROM named
GROUP BY GROUPING SETS ({totals})
