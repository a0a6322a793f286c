-- From when on arrivals in the table may not have been matched with requeues yet: since the caretaker looked last, less the time
-- that a transaction may have been open; at the earliest since the first requeue. Null: there is none.
SELECT CASE WHEN first.created_at IS NOT NULL THEN greatest(first.created_at, progress.reached - %(overlap)s) END
FROM (VALUES (1)) AS one
LEFT JOIN (SELECT created_at FROM dlq_requeue ORDER BY id LIMIT 1) first ON true
LEFT JOIN (SELECT reached FROM dlq_dutyprogress WHERE duty = %(duty)s) progress ON true
