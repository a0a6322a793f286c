-- Real jobs for the real worker, so that the queue lives from the first minute on: eight of ten succeed.
SELECT {schema}.add_job(
    (ARRAY['send_email', 'send_email', 'sync_crm', 'sync_crm', 'sync_crm', 'send_email', 'generate_invoice', 'generate_invoice',
           'warm_cache', 'export_report'])[1 + n %% 10],
    json_build_object(
        'customer_id', 2000 + n, 'order', json_build_object('id', 90000 + n, 'total', n, 'currency', 'EUR'), 'release', '47.2',
        'to', format('customer-%%s@mail.example', 2000 + n), 'page', format('/summer-sale/%%s', 300 + n)),
    max_attempts := CASE WHEN n %% 10 < 8 THEN 3 ELSE 1 END
)
FROM generate_series(1, %(jobs)s) AS n
