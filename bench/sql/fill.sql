-- %(rows)s entries of 30 tasks and 12 queues over the last %(days)s days, oldest first as they would have come.
INSERT INTO {table}
    (original_job_id, task_identifier, payload, queue_name, priority, job_key, max_attempts, failure_reason,
     failure_count, last_error, original_created_at, original_run_at, failed_at, notes)
-- The ids of the jobs that died lie far from those that requeues will get.
SELECT 1000000000 + i,
       -- Three tasks have 2 %% of the entries each, which are what the requeue is measured on; the others share the rest.
       CASE i %% 50
           WHEN 7 THEN 'task_00'
           WHEN 19 THEN 'task_01'
           WHEN 33 THEN 'task_02'
           ELSE 'task_' || lpad((3 + i %% 27)::text, 2, '0')
       END,
       jsonb_build_object(
           'customer_id', i %% 5000,
           'order', jsonb_build_object('id', i, 'total', 10.00 + i %% 900, 'currency', 'EUR', 'reference', md5(i::text)),
           'email', 'customer-' || i %% 5000 || '@example.com',
           'items', jsonb_build_array(i %% 17, i %% 19, i %% 23),
           'trace', md5((i + 1)::text) || md5((i + 2)::text),
           'attempted_by', 'worker-' || i %% 8
       ),
       CASE WHEN i %% 12 = 0 THEN '' ELSE 'queue_' || i %% 12 END,
       i %% 10,
       CASE WHEN i / 50 %% 10 = 3 THEN 'key-' || i END,
       5,
       'Job exceeded maximum retry attempts (5/5)',
       1 + i %% 5,
       CASE i %% 4
           WHEN 0 THEN to_jsonb('connect ECONNREFUSED 10.0.0.' || i %% 9 || ':5432 while opening a connection for request '
                                || md5(i::text) || ', all addresses of the host were tried and none of them answered in time')
           WHEN 1 THEN jsonb_build_object('message', 'card declined for order ' || i, 'code', 402, 'request', md5(i::text),
                                          'detail', 'the issuer answered do_not_honor, the customer has to call the bank')
           WHEN 2 THEN to_jsonb(E'Traceback (most recent call last):\n  File "/app/worker.py", line 120, in run\n    handle(job)\n'
                                '  File "/app/tasks.py", line 33, in handle\n    raise ValueError(value)\nValueError: bad value '
                                || i)
       END,
       moment - interval '2 hours', moment - interval '1 hour', moment,
       CASE WHEN i %% 20 = 0 THEN 'seen before' END
FROM generate_series(1, %(rows)s) AS i,
     LATERAL (SELECT now() - (%(rows)s - i) * make_interval(days => %(days)s) / %(rows)s AS moment) AS failure
