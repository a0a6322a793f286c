-- Edits the payloads of the given (locked, allowed) entries, and keeps what each was before. Returns their ids.
WITH RECURSIVE {edited},
before AS MATERIALIZED (
    SELECT e.id, e.payload::json AS payload FROM {table} e WHERE e.id = ANY (%(ids)s)
),
changed AS (
    UPDATE {table} e
    SET payload = edited.doc
    FROM edited
    WHERE e.id = edited.id
    RETURNING e.id, {digest} AS digest
)
INSERT INTO dlq_payloadedit (operation_id, entry_id, original, digest, created_at)
SELECT %(operation)s, changed.id, before.payload, changed.digest, now()
FROM changed
JOIN before USING (id)
ORDER BY changed.id
RETURNING entry_id
