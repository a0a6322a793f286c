-- Which of these entries came back from the job of another one's requeue and are in no chain yet: `life`, and the other one as `before`.
-- The placeholder entries is a SELECT of `id` and `job_id`.
SELECT came.life, came.before
FROM (
    -- Of two requeues that share a job the later one replaced the job of the earlier one.
    SELECT DISTINCT ON (arrived.id) arrived.id AS life, r.entry_id AS before
    FROM ({entries}) arrived
    JOIN dlq_requeue r ON r.job_id = arrived.job_id AND r.outcome <> 'gone'
    ORDER BY arrived.id, r.revision DESC
) came
LEFT JOIN dlq_chainlife known ON known.entry_id = came.life AND known.chain <> came.life
WHERE came.before <> came.life AND known.entry_id IS NULL
