-- What speaks against editing the given (locked) entries. One row for each with a refusal (a code of EditKind.reasons);
-- `refusal_about` is the path or the operation that its wording names. `seen` is the digest of the payload that the person saw, where
-- the whole document was written. What is masked for who confirmed it is not edited, and nothing else is told of it.
WITH RECURSIVE {edited}
SELECT id, refusal, CASE refusal WHEN 'no_path' THEN no_path WHEN 'payload_set_back' THEN edited_by END AS refusal_about
FROM (
    SELECT e.id,
           CASE
               WHEN NOT %(sees_all)s AND {is_masked}                            THEN 'masked'
               WHEN %(seen)s <> '' AND {digest} <> %(seen)s                     THEN 'payload_changed'
               WHEN %(seen)s = '' AND last.original::text = e.payload::text     THEN 'payload_set_back'
               WHEN edited.doc IS NULL                                          THEN 'no_path'
               WHEN edited.doc::text = e.payload::jsonb::text                   THEN 'edited_already'
           END AS refusal,
           (SELECT array_to_string(change.path, '.') FROM change WHERE change.n = edited.n) AS no_path,
           last.operation_id::text AS edited_by
    FROM {table} e
    JOIN edited USING (id)
    -- An edit that is still in force, and yet the payload is the one of before: somebody else set it back.
    LEFT JOIN LATERAL (
        SELECT newest.operation_id, newest.original
        FROM (
            SELECT p.operation_id, p.original, p.put_back_by_id
            FROM dlq_payloadedit p
            WHERE p.entry_id = e.id
            ORDER BY p.id DESC
            LIMIT 1
        ) newest
        WHERE newest.put_back_by_id IS NULL
    ) last ON true
    WHERE e.id = ANY (%(ids)s)
) decided
WHERE refusal IS NOT NULL
ORDER BY id
