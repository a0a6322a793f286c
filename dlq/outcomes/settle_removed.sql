-- Requeues whose job was moved to the table while its last attempt may still have run, and whose entry has been removed since: the
-- library does so when a job with the key succeeds. Nobody deleted it here, and no later requeue can have been what succeeded.
-- An attempt takes four hours at most: then the queue frees its lock.
UPDATE dlq_requeue r
SET outcome = 'recovered', settled_at = now()
WHERE r.outcome = 'failed_again'
  AND r.is_uncertain
  AND r.settled_at > now() - interval '4 hours'
  AND r.has_key
  AND r.returned_as IS NOT NULL
  AND (SELECT true FROM {table} e WHERE e.id = r.returned_as LIMIT 1) IS NULL
  AND (SELECT true FROM dlq_deletedentry d WHERE d.entry_id = r.returned_as LIMIT 1) IS NULL
  AND (SELECT true FROM dlq_requeue later WHERE later.entry_id IN (r.entry_id, r.returned_as) AND later.id > r.id LIMIT 1) IS NULL
