-- The next slice of requeues by id, and what of it is known to have come back as another entry.
WITH scanned AS MATERIALIZED (
    SELECT id, entry_id, outcome, returned_as FROM dlq_requeue WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
)
SELECT max(id) AS after,
       count(*) AS scanned,
       coalesce(array_agg(entry_id ORDER BY id) FILTER (WHERE returned_as <> entry_id AND outcome <> 'gone'), '{}')    AS before,
       coalesce(array_agg(returned_as ORDER BY id) FILTER (WHERE returned_as <> entry_id AND outcome <> 'gone'), '{}') AS lives
FROM scanned
