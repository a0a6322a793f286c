-- How the last requeues of each of these patterns ended: of the last `most` whose end is known, and, of as many of the very last,
-- what says nothing. Bounded: a pattern may have been requeued a million times, and none of them may have ended.
-- The placeholder known_ends is the list of the outcomes that count.
SELECT asked.pattern_id, ended.*, others.*
FROM unnest(%(patterns)s::bigint[]) AS asked (pattern_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE outcome = 'recovered')    AS recovered,
           count(*) FILTER (WHERE outcome = 'failed_again') AS failed_again,
           count(*) FILTER (WHERE outcome = 'lost')         AS lost,
           count(*) = %(most)s                              AS is_cut
    FROM (
        SELECT requeue.outcome
        FROM (
            SELECT rp.requeue_id
            FROM dlq_requeuepattern rp
            WHERE rp.pattern_id = asked.pattern_id
            ORDER BY rp.requeue_id DESC
            LIMIT %(most_looked_at)s
        ) AS latest
        -- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all requeues for each pattern.
        CROSS JOIN LATERAL (
            SELECT r.outcome FROM dlq_requeue r WHERE r.id = latest.requeue_id OFFSET 0
        ) AS requeue
        WHERE requeue.outcome IN ({known_ends})
        LIMIT %(most)s
    ) AS known
) AS ended
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE requeue.outcome = '')        AS unsettled,
           count(*) FILTER (WHERE requeue.outcome = 'unknown') AS unknown,
           count(*) FILTER (WHERE requeue.outcome = 'gone')    AS gone,
           count(*)                                            AS requeues
    FROM (
        SELECT rp.requeue_id
        FROM dlq_requeuepattern rp
        WHERE rp.pattern_id = asked.pattern_id
        ORDER BY rp.requeue_id DESC
        LIMIT %(most)s
    ) AS latest
    CROSS JOIN LATERAL (
        SELECT r.outcome FROM dlq_requeue r WHERE r.id = latest.requeue_id OFFSET 0
    ) AS requeue
) AS others
WHERE others.requeues > 0
