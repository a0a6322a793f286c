-- Moves the given (locked) entries to the trash, whole, extra columns included.
-- The placeholder null_columns is made from the catalogue: the names of the columns that are SQL NULL in the row.
WITH deleted AS (
    DELETE FROM {table} e
    WHERE e.id = ANY (%(ids)s)
    RETURNING e.id, row_to_json(e) AS row, {null_columns} AS null_columns
)
INSERT INTO dlq_deletedentry (operation_id, entry_id, row, null_columns, deleted_at)
SELECT %(operation)s, deleted.id, deleted.row, deleted.null_columns, now()
FROM deleted
RETURNING entry_id
