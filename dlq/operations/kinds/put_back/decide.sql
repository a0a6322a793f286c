-- For each of the given (locked) entries the edit whose original goes back, or why none does (a code of PutBackKind.reasons).
-- `undoes` is the operation whose edits are to be put back; null: the latest edit of each entry.
SELECT wanted.id,
       edit.id AS edit,
       CASE
           WHEN edit.id IS NULL OR edit.put_back_by_id IS NOT NULL THEN 'put_back_none'
           WHEN e.id IS NULL                                       THEN 'put_back_gone'
           WHEN later.operation_id IS NOT NULL                     THEN 'put_back_later'
           WHEN {digest} <> edit.digest                            THEN 'put_back_changed'
       END AS refusal,
       later.operation_id::text AS refusal_about
FROM unnest(%(ids)s::bigint[]) AS wanted (id)
LEFT JOIN {table} e ON e.id = wanted.id
LEFT JOIN LATERAL (
    SELECT p.id, p.put_back_by_id, p.digest
    FROM dlq_payloadedit p
    WHERE p.entry_id = wanted.id AND (%(undoes)s::bigint IS NULL AND p.put_back_by_id IS NULL OR p.operation_id = %(undoes)s::bigint)
    ORDER BY p.id DESC
    LIMIT 1
) edit ON true
-- One that was itself put back is as if it had never been.
LEFT JOIN LATERAL (
    SELECT p.operation_id
    FROM dlq_payloadedit p
    WHERE p.entry_id = wanted.id AND p.id > edit.id AND p.put_back_by_id IS NULL
    ORDER BY p.id DESC
    LIMIT 1
) later ON true
ORDER BY wanted.id
