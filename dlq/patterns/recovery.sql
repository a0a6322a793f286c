-- How the last requeues of each of these patterns ended: of the last `most` whose end is known, and, of as many of the very last,
-- what says nothing. Bounded: a pattern may have been requeued a million times, and none of them may have ended.
-- The placeholder known_ends is the list of the outcomes that count.
SELECT asked.pattern_id, ended.*
FROM unnest(%(patterns)s::bigint[]) AS asked (pattern_id)
CROSS JOIN LATERAL (
    -- Requeues belong to templates: the last ones of each, and of those the last ones of all.
    WITH latest AS MATERIALIZED (
        SELECT of_template.requeue_id
        FROM dlq_failurepattern template
        CROSS JOIN LATERAL (
            SELECT rp.requeue_id
            FROM dlq_requeuepattern rp
            WHERE rp.pattern_id = template.id
            ORDER BY rp.requeue_id DESC
            LIMIT %(most_looked_at)s
        ) AS of_template
        WHERE template.whole_id = asked.pattern_id
        ORDER BY of_template.requeue_id DESC
        LIMIT %(most_looked_at)s
    )
    SELECT known.*, others.*
    FROM (
        SELECT count(*) FILTER (WHERE outcome = 'recovered')    AS recovered,
               count(*) FILTER (WHERE outcome = 'failed_again') AS failed_again,
               count(*) FILTER (WHERE outcome = 'lost')         AS lost,
               count(*) = %(most)s                              AS is_cut
        FROM (
            SELECT requeue.outcome
            FROM latest
            -- OFFSET 0 keeps this a lookup by index: joined plainly, the planner reads all requeues for each pattern.
            CROSS JOIN LATERAL (
                SELECT r.outcome FROM dlq_requeue r WHERE r.id = latest.requeue_id OFFSET 0
            ) AS requeue
            WHERE requeue.outcome IN ({known_ends})
            LIMIT %(most)s
        ) AS ends
    ) AS known
    CROSS JOIN (
        SELECT count(*) FILTER (WHERE requeue.outcome = '')        AS unsettled,
               count(*) FILTER (WHERE requeue.outcome = 'unknown') AS unknown,
               count(*) FILTER (WHERE requeue.outcome = 'gone')    AS gone,
               count(*)                                            AS requeues
        FROM (SELECT requeue_id FROM latest LIMIT %(most)s) AS last
        CROSS JOIN LATERAL (
            SELECT r.outcome FROM dlq_requeue r WHERE r.id = last.requeue_id OFFSET 0
        ) AS requeue
    ) AS others
) AS ended
WHERE ended.requeues > 0
