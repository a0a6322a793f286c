-- What is known of the whole table without reading it: the planner's estimate, and both ends of the index on failed_at.
SELECT greatest(sum(c.reltuples), 0)::bigint           AS estimate,
       (SELECT min(failed_at) FROM {table})            AS oldest_failure,
       (SELECT max(failed_at) FROM {table})            AS newest_failure
FROM pg_class c
-- A partitioned table has its rows in its partitions.
WHERE c.oid = %(table)s::regclass OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass)
