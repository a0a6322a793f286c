-- The status of an entry as far as it is stored. The placeholder entry is the alias of the entry's row, superseded the condition
-- of superseded.sql, or false where that was asked before.
CASE
    WHEN {superseded} THEN 'superseded'
    ELSE coalesce(
        (SELECT CASE
                    -- Somebody requeued it elsewhere since: the entry's own columns tell what is known.
                    WHEN {entry}.last_requeued_at > r.created_at THEN NULL
                    -- A keyed entry that failed again is updated in place. (A time yet to come was given by hand.)
                    WHEN {entry}.failed_at > r.created_at AND {entry}.failed_at <= statement_timestamp() THEN 'failed_again'
                    WHEN r.outcome = '' AND r.exhausted_at IS NOT NULL THEN 'failed_again'
                    WHEN r.outcome = ''                          THEN 'requeued'
                    ELSE r.outcome
                END
         FROM dlq_requeue r
         WHERE r.entry_id = {entry}.id
         ORDER BY r.id DESC
         LIMIT 1),
        CASE
            WHEN {entry}.failed_at > {entry}.last_requeued_at AND {entry}.failed_at <= statement_timestamp() THEN 'failed_again'
            WHEN {entry}.requeued_count > 0 OR {entry}.last_requeued_at IS NOT NULL                          THEN 'requeued'
            -- One that stands for earlier lives failed before, requeued itself or not.
            WHEN (SELECT mine.chain <> mine.entry_id FROM dlq_chainlife mine WHERE mine.entry_id = {entry}.id) THEN 'failed_again'
            ELSE 'new'
        END
    )
END
