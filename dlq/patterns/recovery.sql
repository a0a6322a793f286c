-- Whether requeueing helps, for each of these patterns: of its last settled requeues, how many recovered and how many failed again.
-- Bounded: a pattern may have been requeued a million times. What was recalled or replaced says nothing.
SELECT asked.pattern_id,
       count(*) FILTER (WHERE requeue.outcome = 'recovered')    AS recovered,
       count(*) FILTER (WHERE requeue.outcome = 'failed_again') AS failed_again,
       count(*) FILTER (WHERE requeue.outcome = '')             AS unsettled,
       count(*) = %(most)s                                      AS is_cut
FROM unnest(%(patterns)s::bigint[]) AS asked (pattern_id)
CROSS JOIN LATERAL (
    SELECT of_template.requeue_id
    FROM dlq_failurepattern template
    CROSS JOIN LATERAL (
        SELECT rp.requeue_id
        FROM dlq_requeuepattern rp
        WHERE rp.pattern_id = template.id
        ORDER BY rp.requeue_id DESC
        LIMIT %(most)s
    ) AS of_template
    WHERE template.id = asked.pattern_id OR template.merged_into_id = asked.pattern_id
    ORDER BY of_template.requeue_id DESC
    LIMIT %(most)s
) AS latest
-- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all requeues for each pattern.
CROSS JOIN LATERAL (
    SELECT r.outcome FROM dlq_requeue r WHERE r.id = latest.requeue_id OFFSET 0
) AS requeue
GROUP BY asked.pattern_id
