-- The failed jobs of a night and a morning: {table} as it may be when somebody's shift begins. Of %(entries)s in all those that failed
-- before (`earlier`) or after a moment thirteen days ago. What becomes of each when it is requeued is in worker/worker.mjs. No random
-- numbers: the same each time, but for the clock. The job ids come from the queue's own counter, so that no real job has the same.
WITH cast_of AS (
    -- Of every hundred: which story it belongs to, and where in that story's time (0 to 1) it failed.
    SELECT n,
           (ARRAY['outage', 'release', 'gone_page', 'moved_hook', 'sync_crm', 'resize_image', 'generate_invoice', 'export_report',
                  'deliver_webhook', 'import_products'])[width_bucket(n * 37 %% 100, ARRAY[0, 32, 40, 56, 59, 72, 78, 86, 91, 95])] AS story,
           (n * 0.6180339887498949 - floor(n * 0.6180339887498949))::float AS moment
    FROM generate_series(1, %(entries)s) AS n
),
failed AS (
    SELECT n, story,
           -- Some mails fail again.
           story = 'outage' AND n / 100 %% 40 = 7 AS has_no_mailbox,
           CASE story
               WHEN 'outage' THEN 'send_email' WHEN 'release' THEN 'charge_card' WHEN 'gone_page' THEN 'warm_cache'
               WHEN 'moved_hook' THEN 'deliver_webhook' ELSE story
           END AS task,
           -- One customer has more than its share.
           CASE WHEN story = 'moved_hook' OR n %% 40 = 0 THEN 4711 ELSE 1000 + n %% 137 END AS customer,
           70000 + n AS number,
           -- What fails again does so soon: the queue waits longer before each further try. A job that may succeed has more than one,
           -- since of one that ends with its last nobody can tell how it ended.
           CASE
               WHEN story = 'outage' AND n / 100 %% 40 = 7 OR story IN ('gone_page', 'resize_image', 'export_report') THEN 1
               WHEN story = 'moved_hook' THEN 2 ELSE 3
           END AS attempts,
           now() - CASE story
               WHEN 'outage' THEN interval '9 hours' + moment * interval '150 minutes'
               WHEN 'release' THEN interval '20 minutes' + moment * interval '160 minutes'
               WHEN 'gone_page' THEN moment * interval '14 days'
               WHEN 'moved_hook' THEN moment * interval '4 days'
               -- The disk was full, was not, and is full again.
               WHEN 'export_report' THEN CASE
                   WHEN moment < 0.3 THEN moment * interval '5 days' ELSE interval '7 days' + moment * interval '7 days' END
               ELSE moment ^ 1.5 * interval '14 days'
           END AS failed_at
    FROM cast_of
)
INSERT INTO {table} (
    {job_id}, task_identifier, payload, queue_name, priority, job_key, max_attempts, failure_reason, failure_count,
    last_error, original_created_at, original_run_at, failed_at, notes
)
SELECT
    nextval(pg_get_serial_sequence(%(jobs_table)s, 'id')),
    task,
    jsonb_build_object(
        'customer_id', customer,
        'order', jsonb_build_object(
            'id', number, 'total', (n %% 400 + 0.50)::numeric(10, 2), 'currency', CASE story WHEN 'release' THEN 'eur' ELSE 'EUR' END),
        'release', CASE WHEN failed_at > now() - interval '3 hours' THEN '47.2' ELSE '47.1' END,
        'tags', jsonb_build_array('import', 'batch-' || n %% 12)
    ) || CASE story
        WHEN 'outage' THEN jsonb_build_object(
            'to', format('customer-%%s@%%s.example', customer, CASE WHEN has_no_mailbox THEN 'closed' ELSE 'mail' END))
        WHEN 'gone_page' THEN jsonb_build_object('page', format('/summer-sale/%%s', n %% 300))
        WHEN 'moved_hook' THEN jsonb_build_object('url', 'https://hooks.nordwind.example/v1/orders')
        WHEN 'deliver_webhook' THEN jsonb_build_object('url', format('https://hooks.example.com/%%s', n %% 40))
        WHEN 'resize_image' THEN jsonb_build_object('file', format('/tmp/upload-%%s.jpg', n))
        ELSE '{}'::jsonb
    END || CASE
        WHEN n = 2 THEN jsonb_build_object('document', repeat('A page of a very long document. ', 32000))
        WHEN n %% 50 = 0 THEN '{"exact": {"price": 10.00, "big": 1152921504606846976, "fine": 0.1000000000000000055}}'::jsonb
        ELSE '{}'::jsonb
    END,
    CASE task
        WHEN 'send_email' THEN (ARRAY['', '', 'mail'])[1 + n %% 3]
        WHEN 'charge_card' THEN (ARRAY['', 'billing'])[1 + n %% 2]
        WHEN 'generate_invoice' THEN 'billing'
        WHEN 'sync_crm' THEN 'crm'
        ELSE ''
    END,
    (ARRAY[0, 0, 0, -5, 10])[1 + n %% 5],
    CASE WHEN n %% 7 = 0 THEN task || ':' || n END,
    attempts,
    format('Job exceeded maximum retry attempts (%%s/%%s)', attempts, attempts),
    1 + CASE WHEN n %% 7 = 0 THEN n / 7 %% 4 ELSE 0 END,
    CASE story
        WHEN 'outage' THEN to_jsonb(format('connect ECONNREFUSED 10.0.%%s.25:587', n %% 8))
        WHEN 'release' THEN to_jsonb(format('order %%s: order.currency must be in capitals, not "eur"', number))
        WHEN 'gone_page' THEN to_jsonb(format('page /summer-sale/%%s does not exist any more', n %% 300))
        WHEN 'moved_hook' THEN to_jsonb('HTTP 410 Gone from https://hooks.nordwind.example/v1/orders'::text)
        WHEN 'sync_crm' THEN to_jsonb(format('HTTP %%s from crm.example.com after %%s ms', (ARRAY[500, 503, 503])[1 + n %% 3], 200 + n %% 900))
        WHEN 'resize_image' THEN to_jsonb(format(
            E'Traceback (most recent call last):\n  File "/srv/app/tasks.py", line 41, in resize_image\n    image = Image.open(path)\n  File "/srv/app/lib/image.py", line 3281, in open\n    raise UnidentifiedImageError(msg)\nPIL.UnidentifiedImageError: cannot identify image file ''/tmp/upload-%%s.jpg''', n))
        WHEN 'generate_invoice' THEN to_jsonb('could not serialize access due to concurrent update'::text)
        WHEN 'export_report' THEN to_jsonb('ENOSPC: no space left on device, write ''/tmp/report.csv'''::text)
        WHEN 'deliver_webhook' THEN jsonb_build_object(
            'message', format('HTTP 502 from https://hooks.example.com/%%s', n %% 40),
            'cause', jsonb_build_object('type', 'HttpError', 'retryable', true))
        ELSE to_jsonb('Unexpected token < in JSON at position 0'::text)
    END,
    failed_at - interval '2 hours',
    failed_at - interval '1 hour',
    failed_at,
    CASE
        WHEN story = 'moved_hook' AND n %% 5 = 0 THEN 'Nordwind called: their hooks moved to https://hooks.nordwind.example/v2/orders.'
        WHEN n %% 90 = 0 THEN 'Customer was told; waiting for the provider.'
    END
FROM failed
WHERE (failed_at < now() - interval '13 days') = %(earlier)s
ORDER BY failed_at
