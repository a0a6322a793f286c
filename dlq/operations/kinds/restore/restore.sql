-- Puts rows from the trash back exactly as they were, and empties the trash of those that went in.
-- The placeholders columns and values are made from the catalogue of the table as it is now. A taken id or key is left in the trash.
WITH restored AS (
    INSERT INTO {table} ({columns})
    OVERRIDING SYSTEM VALUE
    SELECT {values}
    FROM dlq_deletedentry d
    CROSS JOIN LATERAL json_populate_record(NULL::{table}, d.row) r
    WHERE d.id = ANY (%(trash)s) AND d.entry_id = ANY (%(ids)s)
    ORDER BY d.entry_id
    ON CONFLICT DO NOTHING
    RETURNING id
),
emptied AS (
    DELETE FROM dlq_deletedentry d
    USING restored
    WHERE d.id = ANY (%(trash)s) AND d.entry_id = restored.id
    RETURNING d.operation_id, d.entry_id, d.deleted_at
),
-- The trash was the record of the deletion; it must not be forgotten who deleted the entry.
remembered AS (
    INSERT INTO dlq_operationentry (operation_id, entry_id, result, code, about, created_at)
    SELECT emptied.operation_id, emptied.entry_id, 'done', '', '', emptied.deleted_at
    FROM emptied
)
INSERT INTO dlq_operationentry (operation_id, entry_id, result, code, about, created_at)
SELECT %(operation)s, restored.id, 'done', '', '', now()
FROM restored
RETURNING entry_id
