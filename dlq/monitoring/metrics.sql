-- What a scrape adds to the whole table's numbers, all of it small: both ends of the index on failed_at, the last hour by
-- index, and our own records. done_count never falls, so that its sums are counters.
SELECT (SELECT min(failed_at) FROM {table}) AS oldest_failure,
       (SELECT count(*) FROM {table}
        WHERE failed_at > statement_timestamp() - interval '1 hour' AND failed_at <= statement_timestamp()) AS new_in_hour,
       (SELECT coalesce(sum(done_count), 0)::bigint FROM dlq_bulkoperation WHERE kind = 'requeue') AS requeued,
       (SELECT coalesce(sum(done_count), 0)::bigint FROM dlq_bulkoperation WHERE kind = 'delete') AS deleted,
       (SELECT count(*) FROM dlq_requeue WHERE outcome = 'recovered') AS recovered,
       (SELECT count(*) FROM dlq_requeue WHERE outcome = 'failed_again') AS failed_again,
       statement_timestamp() AS now
