-- Real jobs for the real worker, so that the queue lives from the first minute on.
SELECT {schema}.add_job(
    (ARRAY['send_email', 'charge_card', 'sync_crm', 'export_report', 'deliver_webhook'])[1 + n %% 5],
    json_build_object('customer_id', 2000 + n, 'order', json_build_object('id', 90000 + n)),
    max_attempts := 1 + n %% 2
)
FROM generate_series(1, %(jobs)s) AS n
