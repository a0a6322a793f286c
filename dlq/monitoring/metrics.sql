-- What a scrape adds to the whole table's numbers, all of it small: the last hour by index, and the sums of what was done.
-- The placeholder superseded is the condition of models/superseded.sql: a failure is new once, with whatever it was before.
SELECT (SELECT count(*) FROM {table} e
        WHERE failed_at > statement_timestamp() - interval '1 hour' AND failed_at <= statement_timestamp()
          AND NOT {superseded}) AS new_in_hour,
       tallies.*
FROM (
    SELECT coalesce(sum(number) FILTER (WHERE name = 'done' AND label = 'requeue'), 0)::bigint       AS requeued,
           coalesce(sum(number) FILTER (WHERE name = 'done' AND label = 'delete'), 0)::bigint        AS deleted
    FROM dlq_tallypart
) AS tallies
