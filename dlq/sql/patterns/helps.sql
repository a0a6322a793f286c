-- Whether requeueing helps, for each of these patterns: of its last settled requeues, how many recovered and how many came back.
-- Bounded: a pattern may have been requeued a million times. What was taken back or replaced says nothing.
SELECT pattern_id,
       count(*) FILTER (WHERE outcome = 'recovered')    AS recovered,
       count(*) FILTER (WHERE outcome = 'failed_again') AS came_back,
       count(*) FILTER (WHERE outcome = '')             AS unsettled,
       count(*) = %(most)s                              AS is_cut
FROM unnest(%(patterns)s::bigint[]) AS pattern_id
CROSS JOIN LATERAL (
    SELECT r.outcome
    FROM dlq_requeuepattern rp
    JOIN dlq_requeue r ON r.id = rp.requeue_id
    WHERE rp.pattern_id = pattern_id.pattern_id
    ORDER BY rp.requeue_id DESC
    LIMIT %(most)s
) AS latest
GROUP BY pattern_id
