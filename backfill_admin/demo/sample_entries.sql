-- Sample entries for the first run: %(entries)s failed jobs of eight tasks over two weeks, with an outage of the mail server
-- in the last day. Their job ids are taken from the queue's own counter, so that no real job ever has the same.
INSERT INTO {table} (
    {job_id}, task_identifier, payload, queue_name, priority, job_key, max_attempts, failure_reason, failure_count,
    last_error, original_created_at, original_run_at, failed_at, notes
)
SELECT
    nextval(pg_get_serial_sequence(%(jobs_table)s, 'id')),
    task,
    jsonb_build_object(
        'customer_id', 1000 + n %% 137,
        'order', jsonb_build_object('id', 70000 + n, 'total', (n %% 400 + 0.50)::numeric(10, 2), 'currency', 'EUR'),
        'tags', jsonb_build_array('import', 'batch-' || n %% 12),
        'trace', md5(n::text)
    ) || CASE
        WHEN n = 7 THEN jsonb_build_object('document', repeat('A page of a very long document. ', 32000))
        WHEN n %% 50 = 0 THEN '{"exact": {"price": 10.00, "big": 1152921504606846976, "fine": 0.1000000000000000055}}'::jsonb
        ELSE '{}'::jsonb
    END,
    (ARRAY['', '', 'mail', 'billing', 'crm'])[1 + n %% 5],
    (ARRAY[0, 0, 0, -5, 10])[1 + n %% 5],
    CASE WHEN n %% 7 = 0 THEN task || ':' || n END,
    1 + n %% 3,
    format('Job exceeded maximum retry attempts (%%s/%%s)', 1 + n %% 3, 1 + n %% 3),
    1 + (n / 5) %% 4,
    CASE task
        WHEN 'send_email' THEN to_jsonb(format('connect ECONNREFUSED 10.0.%%s.25:587', n %% 8))
        WHEN 'charge_card' THEN jsonb_build_object(
            'message', (ARRAY['card_declined: insufficient funds', 'card_declined: expired card'])[1 + n %% 2],
            'code', 402, 'request_id', 'req_' || left(md5(n::text), 12))
        WHEN 'sync_crm' THEN to_jsonb(format('HTTP %%s from crm.example.com after %%s ms', (ARRAY[500, 503, 503])[1 + n %% 3], 200 + n %% 900))
        WHEN 'resize_image' THEN to_jsonb(format(
            E'Traceback (most recent call last):\n  File "/srv/app/tasks.py", line 41, in resize_image\n    image = Image.open(path)\n  File "/srv/app/lib/image.py", line 3281, in open\n    raise UnidentifiedImageError(msg)\nPIL.UnidentifiedImageError: cannot identify image file ''/tmp/upload-%%s.jpg''', n))
        WHEN 'generate_invoice' THEN to_jsonb('could not serialize access due to concurrent update'::text)
        WHEN 'export_report' THEN to_jsonb('ENOSPC: no space left on device, write ''/tmp/report.csv'''::text)
        WHEN 'deliver_webhook' THEN jsonb_build_object(
            'message', format('HTTP %%s from https://hooks.example.com/%%s', (ARRAY[404, 500, 502])[1 + n %% 3], n %% 40),
            'cause', jsonb_build_object('type', 'HttpError', 'retryable', n %% 3 <> 0))
        ELSE to_jsonb('Unexpected token < in JSON at position 0'::text)
    END,
    failed_at - interval '2 hours',
    failed_at - interval '1 hour',
    failed_at,
    CASE WHEN n %% 90 = 0 THEN 'Customer was told; waiting for the provider.' END
FROM generate_series(1, %(entries)s) AS n
CROSS JOIN LATERAL (
    SELECT CASE WHEN n %% 3 = 0
        -- The outage: a third of everything, within three hours of yesterday.
        THEN 'send_email'
        ELSE (ARRAY['send_email', 'charge_card', 'sync_crm', 'resize_image', 'generate_invoice', 'export_report',
                    'deliver_webhook', 'import_products'])[1 + (n / 3) %% 8]
    END AS task
) AS tasks
CROSS JOIN LATERAL (
    SELECT now() - CASE WHEN n %% 3 = 0
        THEN interval '14 hours' + random() * interval '3 hours'
        ELSE random() ^ 1.5 * interval '14 days'
    END AS failed_at
) AS times
ORDER BY failed_at
