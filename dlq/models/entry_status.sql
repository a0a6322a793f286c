-- The status of an entry as far as it is stored. The placeholder entry is the alias of the entry's row, superseded the condition
-- of superseded.sql. Nearly all entries are in no chain; CASE spares them what only lives of a chain need.
CASE
    WHEN (SELECT mine.chain FROM dlq_chainlife mine WHERE mine.entry_id = {entry}.id) IS NULL
    THEN coalesce(
        (SELECT CASE
                    -- Somebody requeued it elsewhere since: the entry's own columns tell what is known.
                    WHEN {entry}.last_requeued_at > r.created_at THEN NULL
                    -- A keyed entry that failed again is updated in place. (A time yet to come was given by hand.)
                    WHEN {entry}.failed_at > r.created_at AND {entry}.failed_at <= statement_timestamp() THEN 'failed_again'
                    WHEN r.outcome = ''                          THEN 'requeued'
                    ELSE r.outcome
                END
         FROM dlq_requeue r
         WHERE r.entry_id = {entry}.id
         ORDER BY r.id DESC
         LIMIT 1),
        CASE
            WHEN {entry}.requeued_count <= 0 AND {entry}.last_requeued_at IS NULL THEN 'new'
            WHEN {entry}.failed_at > {entry}.last_requeued_at AND {entry}.failed_at <= statement_timestamp() THEN 'failed_again'
            ELSE 'requeued'
        END
    )
    WHEN {superseded}
    THEN 'superseded'
    -- The one that stands has the status of the latest requeue of any life.
    ELSE coalesce(
        (SELECT CASE
                    WHEN {entry}.last_requeued_at > r.created_at THEN NULL
                    WHEN r.job_id = {entry}.{job_id}             THEN 'failed_again'
                    WHEN r.entry_id = {entry}.id
                         AND {entry}.failed_at > r.created_at AND {entry}.failed_at <= statement_timestamp() THEN 'failed_again'
                    WHEN r.outcome = ''                          THEN 'requeued'
                    ELSE r.outcome
                END
         FROM dlq_chainlife mine
         JOIN dlq_chainlife life ON life.chain = mine.chain
         CROSS JOIN LATERAL (
             SELECT l.* FROM dlq_requeue l WHERE l.entry_id = life.entry_id ORDER BY l.id DESC LIMIT 1
         ) r
         WHERE mine.entry_id = {entry}.id
         ORDER BY r.id DESC
         LIMIT 1),
        CASE
            WHEN {entry}.last_requeued_at >= {entry}.failed_at THEN 'requeued'
            ELSE 'failed_again'
        END
    )
END
