-- The entries of one slice of the window, counted into two hash tables at once: by all dimensions with all numbers (lines),
-- and by time and the stacked dimension (slots). statistics/window.sql puts all slices together; the types of the columns are
-- those of statistics/previous.sql, or PostgreSQL would not let its processes share the slices.
SELECT {dimensions}, slot, GROUPING(slot) = 1           AS is_line,
       count(*)                                         AS entries,
       sum(failure_count)::bigint                       AS failures,
       max(failed_at)                                   AS newest,
       count(*) FILTER (WHERE requeued_count > 0)       AS requeued,
       min(failed_at) FILTER (WHERE requeued_count <= 0) AS oldest_waiting,
       0::bigint                                        AS entries_previous,
       0::bigint                                        AS requeued_previous
FROM (
    SELECT {columns}, e.failed_at, e.failure_count, e.requeued_count,
           width_bucket(e.failed_at, %(starts)s::timestamptz[]) AS slot
    FROM ({entries}) e
    {joins}
    WHERE e.failed_at >= {first} AND e.failed_at <= {last}
) e
GROUP BY GROUPING SETS (({dimensions}), (slot, {stacked}))
