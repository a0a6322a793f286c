-- What the alarms look at, all of it bounded: the last hours by index, one end of an index, a count that stops.
-- Each failure once: the placeholders superseded and was_requeued are these conditions of `models`.
WITH recent AS MATERIALIZED (
    SELECT task_identifier,
           floor(extract(epoch FROM statement_timestamp() - failed_at) / 3600)::int AS hours_ago,
           count(*) AS entries
    FROM {table} e
    WHERE failed_at > statement_timestamp() - make_interval(hours => %(hours)s) AND failed_at <= statement_timestamp()
      AND NOT {superseded}
    GROUP BY task_identifier, hours_ago
),
hours AS (
    SELECT n AS hours_ago, coalesce(sum(recent.entries), 0)::bigint AS entries
    FROM generate_series(0, %(hours)s - 1) AS n
    LEFT JOIN recent ON recent.hours_ago = n
    GROUP BY n
)
SELECT ARRAY(SELECT entries FROM hours ORDER BY hours_ago) AS by_hour,
       ARRAY(SELECT task_identifier
             FROM recent
             WHERE hours_ago < %(task_hours)s AND task_identifier ~ '\S'
             GROUP BY task_identifier
             HAVING count(*) = %(task_hours)s
             ORDER BY sum(entries) DESC, task_identifier
             LIMIT %(most_tasks)s) AS constant_tasks,
       (SELECT count(*) FROM (SELECT FROM {table} e WHERE NOT {superseded} LIMIT %(most)s + 1) AS counted) AS total,
       (SELECT failed_at
        FROM (SELECT id, failed_at, requeued_count FROM {table} ORDER BY failed_at LIMIT %(oldest_seen)s) AS e
        WHERE NOT {was_requeued} AND NOT {superseded}
        ORDER BY failed_at
        LIMIT 1) AS oldest,
       statement_timestamp() AS now
