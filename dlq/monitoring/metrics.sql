-- What a scrape adds to the whole table's numbers, all of it small: both ends of the index on failed_at, the last hour by
-- index, and the sums of what was done.
SELECT (SELECT min(failed_at) FROM {table}) AS oldest_failure,
       (SELECT count(*) FROM {table}
        WHERE failed_at > statement_timestamp() - interval '1 hour' AND failed_at <= statement_timestamp()) AS new_in_hour,
       tallies.*,
       statement_timestamp() AS now
FROM (
    SELECT coalesce(sum(number) FILTER (WHERE name = 'done' AND label = 'requeue'), 0)::bigint       AS requeued,
           coalesce(sum(number) FILTER (WHERE name = 'done' AND label = 'delete'), 0)::bigint        AS deleted
    FROM dlq_tallypart
) AS tallies
