-- The entries of one slice of the previous period, with the columns of statistics/current.sql.
SELECT {dimensions}, NULL::integer AS slot, true AS is_line,
       0::bigint AS entries, 0::bigint AS failures, NULL::timestamptz AS newest, 0::bigint AS requeued,
       NULL::timestamptz AS oldest_waiting,
       count(*)                                   AS entries_previous,
       count(*) FILTER (WHERE requeued_count > 0) AS requeued_previous
FROM (
    SELECT {columns}, e.requeued_count
    FROM ({entries}) e
    {joins}
    WHERE e.failed_at >= {first} AND e.failed_at <= {last}
) e
GROUP BY {dimensions}
