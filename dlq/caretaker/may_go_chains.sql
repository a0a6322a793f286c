-- Lives of chains go when no other record of their entry is left.
(SELECT true FROM {table} e WHERE e.id = r.entry_id LIMIT 1) IS NULL
AND (SELECT true FROM dlq_deletedentry d WHERE d.entry_id = r.entry_id LIMIT 1) IS NULL
AND (SELECT true FROM dlq_requeue q WHERE q.entry_id = r.entry_id LIMIT 1) IS NULL
AND (SELECT true FROM dlq_payloadedit p WHERE p.entry_id = r.entry_id LIMIT 1) IS NULL
