-- Looks at the next open requeues (in id order): stores the outcome of those that are settled, and of the others what is seen of
-- their job, where that has changed. Returns the last id looked at.
-- The placeholder decide is outcomes/decide.sql over those requeues.
WITH decided AS MATERIALIZED (
    {decide}
),
-- One that has used up its attempts and is in the queue yet may still come back, be lost, or be tried again.
settled AS (
    SELECT requeue_id, state, returned_as
    FROM decided
    WHERE state IN ('recovered', 'failed_again', 'gone', 'lost', 'unknown') AND NOT (state = 'failed_again' AND is_queued)
),
stored AS (
    UPDATE dlq_requeue r
    SET outcome = settled.state,
        settled_at = now(),
        returned_as = settled.returned_as,
        is_uncertain = settled.state = 'failed_again' AND r.seen_running
    FROM settled
    WHERE r.id = settled.requeue_id
    RETURNING r.id
),
seen AS (
    UPDATE dlq_requeue r
    SET attempts_left = decided.attempts_left,
        seen_running = decided.is_running,
        exhausted_at = CASE
            WHEN decided.attempts_left = 0 AND NOT decided.is_running THEN coalesce(r.exhausted_at, now())
        END
    FROM decided
    WHERE r.id = decided.requeue_id
      AND decided.is_queued
      AND decided.state <> 'gone'
      AND (r.attempts_left, r.seen_running) IS DISTINCT FROM (decided.attempts_left, decided.is_running)
)
SELECT max(decided.requeue_id), (SELECT count(*) FROM stored) FROM decided
