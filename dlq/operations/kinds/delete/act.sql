-- Moves the given (locked) entries to the trash, whole, extra columns included. Returns their ids, as one array or NULL.
-- The placeholder null_columns is made from the catalogue: the names of the columns that are SQL NULL in the row.
WITH deleted AS (
    DELETE FROM {table} e
    WHERE e.id = ANY (%(ids)s)
    RETURNING e.id, e.{job_id} AS job_id, row_to_json(e) AS row, {null_columns} AS null_columns
),
-- This is the last look at the entry: if a requeued job came back as it, that must be known when it is gone.
-- From an array: joined plainly, the planner may read all requeues for each chunk.
found AS MATERIALIZED (
    SELECT r.id, deleted.id AS entry_id
    FROM dlq_requeue r
    JOIN deleted USING (job_id)
    WHERE r.job_id = ANY (ARRAY(SELECT job_id FROM deleted)) AND r.outcome <> 'gone' AND r.returned_as IS NULL
      -- Of two requeues that share a job the later one replaced the job of the earlier one.
      AND NOT EXISTS (SELECT FROM dlq_requeue later WHERE later.job_id = r.job_id AND later.revision > r.revision)
),
returned AS (
    UPDATE dlq_requeue r
    SET outcome = 'failed_again', settled_at = coalesce(r.settled_at, now()), returned_as = found.entry_id,
        is_uncertain = r.seen_running
    FROM found
    WHERE r.id = found.id AND r.id = ANY (ARRAY(SELECT found.id FROM found))
),
trashed AS (
    INSERT INTO dlq_deletedentry (operation_id, entry_id, row, null_columns, deleted_at)
    SELECT %(operation)s, deleted.id, deleted.row, deleted.null_columns, now()
    FROM deleted
    RETURNING entry_id
)
SELECT array_agg(entry_id) FROM trashed
