-- Forgets the rows of the next entries in the trash that were deleted before `before`; that and by whom they were deleted is kept.
WITH expired AS (
    SELECT d.id FROM dlq_deletedentry d WHERE d.deleted_at < %(before)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED
),
emptied AS (
    DELETE FROM dlq_deletedentry d
    USING expired
    WHERE d.id = expired.id
    RETURNING d.operation_id, d.entry_id, d.deleted_at
)
INSERT INTO dlq_operationentry (operation_id, entry_id, result, code, about, created_at)
SELECT emptied.operation_id, emptied.entry_id, 'done', '', '', emptied.deleted_at
FROM emptied
