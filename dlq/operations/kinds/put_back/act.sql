-- Gives entries (locked, allowed) the originals of the given edits back. From json to the column's own type, to the digit.
WITH given_back AS (
    UPDATE {table} e
    SET payload = p.original
    FROM dlq_payloadedit p
    WHERE p.id = ANY (%(edits)s) AND e.id = p.entry_id
    RETURNING e.id, p.id AS edit
),
marked AS (
    UPDATE dlq_payloadedit p
    SET put_back_by_id = %(operation)s
    FROM given_back
    WHERE p.id = given_back.edit AND p.id = ANY (%(edits)s)
)
INSERT INTO dlq_operationentry (operation_id, entry_id, result, code, about, created_at)
SELECT %(operation)s, given_back.id, 'done', '', '', now()
FROM given_back
RETURNING entry_id
