-- How the requeues made in the window and in the period before ended: all, and by each value of each dimension.
-- Placeholders: `requeues` is the SELECT of the requeues that the filter is about; the others as in stats/window.sql.
SELECT GROUPING({dimensions}) AS which, coalesce({names}) AS value,
       count(*) FILTER (WHERE is_now AND outcome = 'recovered')         AS recovered,
       count(*) FILTER (WHERE is_now AND outcome = 'failed_again')      AS failed_again,
       count(*) FILTER (WHERE NOT is_now AND outcome = 'recovered')     AS recovered_before,
       count(*) FILTER (WHERE NOT is_now AND outcome = 'failed_again')  AS failed_again_before
FROM (
    SELECT {columns}, e.created_at >= %(start)s AS is_now, e.outcome
    FROM ({requeues}) e
    {joins}
    WHERE e.created_at >= %(before)s AND e.created_at <= %(end)s AND e.outcome IN ('recovered', 'failed_again')
) e
GROUP BY GROUPING SETS ({totals})
