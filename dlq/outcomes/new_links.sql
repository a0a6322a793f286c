-- Which of these entries came back from the job of another one's requeue and are in no chain yet: `life`, and the other one as `before`.
-- The placeholder entries is a SELECT of `id` and `job_id`.
SELECT DISTINCT ON (arrived.id) arrived.id AS life, r.entry_id AS before
FROM ({entries}) arrived
JOIN dlq_requeue r ON r.job_id = arrived.job_id AND r.entry_id <> arrived.id AND r.outcome <> 'gone'
LEFT JOIN dlq_chainlife known ON known.entry_id = arrived.id AND known.chain <> arrived.id
WHERE known.entry_id IS NULL
ORDER BY arrived.id, r.revision DESC
