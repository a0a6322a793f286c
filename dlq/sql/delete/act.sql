-- Moves the given (locked) entries to the trash, whole, extra columns included.
-- The placeholder null_columns is made from the catalogue: the names of the columns that are SQL NULL in the row.
WITH deleted AS (
    DELETE FROM {table} e
    WHERE e.id = ANY (%(ids)s)
    RETURNING e.id, e.{job_id} AS job_id, row_to_json(e) AS row, {null_columns} AS null_columns
),
-- This is the last look at the entry: if a requeued job came back as it, that must be known when it is gone.
-- Looked up job by job (OFFSET 0): joined plainly, the planner may read all requeues for each chunk.
found AS MATERIALIZED (
    SELECT came_from.id, deleted.id AS entry_id
    FROM deleted
    CROSS JOIN LATERAL (
        SELECT r.id
        FROM dlq_requeue r
        WHERE r.job_id = deleted.job_id AND r.outcome <> 'gone' AND r.returned_as IS NULL
          -- Of two requeues that share a job the later one replaced the job of the earlier one.
          AND NOT EXISTS (SELECT FROM dlq_requeue later WHERE later.job_id = r.job_id AND later.revision > r.revision)
        OFFSET 0
    ) came_from
),
returned AS (
    UPDATE dlq_requeue r
    SET outcome = 'failed_again', settled_at = coalesce(r.settled_at, now()), returned_as = found.entry_id
    FROM found
    WHERE r.id = found.id AND r.id = ANY (ARRAY(SELECT found.id FROM found))
)
INSERT INTO dlq_deletedentry (operation_id, entry_id, row, null_columns, deleted_at)
SELECT %(operation)s, deleted.id, deleted.row, deleted.null_columns, now()
FROM deleted
RETURNING entry_id
