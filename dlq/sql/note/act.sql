-- Appends a note to the given (locked) entries and records it for each.
WITH noted AS (
    UPDATE {table} e
    SET notes = concat_ws(E'\n', nullif(e.notes, ''), %(note)s)
    WHERE e.id = ANY (%(ids)s)
    RETURNING e.id
)
INSERT INTO dlq_operationentry (operation_id, entry_id, result, reason, created_at)
SELECT %(operation)s, noted.id, 'done', '', now()
FROM noted
RETURNING entry_id
