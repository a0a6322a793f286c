-- Puts rows from the trash, all of which had the same columns, back exactly as they were, and empties the trash of those that
-- went in. The placeholders columns, values and types are made from the catalogue of the table as it is now: what a row did
-- not have is left to the table's defaults. A taken id or key stays in the trash: on_conflict says so where the table lets it.
WITH restored AS (
    INSERT INTO {table} ({columns})
    OVERRIDING SYSTEM VALUE
    SELECT {values}
    FROM dlq_deletedentry d
    CROSS JOIN LATERAL json_to_record(d.row) AS r ({types})
    WHERE d.id = ANY (%(trash)s) AND d.entry_id = ANY (%(ids)s)
    ORDER BY d.entry_id
    {on_conflict}
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
