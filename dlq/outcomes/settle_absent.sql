-- Stores the outcome of the next requeues (in id order) whose job is settled. Returns the last id looked at.
-- The placeholder decide is outcomes/decide.sql over those requeues.
WITH decided AS MATERIALIZED (
    {decide}
),
stored AS (
    UPDATE dlq_requeue r
    SET outcome = decided.state, settled_at = now(), returned_as = decided.returned_as
    FROM decided
    WHERE r.id = decided.id AND decided.state IN ('recovered', 'failed_again', 'gone')
    RETURNING r.id
)
SELECT max(decided.id), (SELECT count(*) FROM stored) FROM decided
