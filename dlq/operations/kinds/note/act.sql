-- Appends a note to the given (locked) entries, or puts it in the place of theirs, and keeps the result for each.
WITH before AS (
    SELECT e.id, coalesce(e.notes, '') AS notes FROM {table} e WHERE e.id = ANY (%(ids)s)
),
noted AS (
    UPDATE {table} e
    SET notes = CASE WHEN %(replace)s THEN %(note)s ELSE concat_ws(E'\n', nullif(e.notes, ''), %(note)s) END
    WHERE e.id = ANY (%(ids)s)
    RETURNING e.id, e.notes
)
INSERT INTO dlq_entrynote (entry_id, text, replaced, actor, operation_id, created_at)
SELECT noted.id, noted.notes, CASE WHEN %(replace)s THEN before.notes ELSE '' END, %(actor)s, %(operation)s, now()
FROM noted
JOIN before USING (id)
RETURNING entry_id
