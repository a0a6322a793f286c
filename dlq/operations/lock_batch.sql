-- Locks the next entries of an operation, in id order. Returns their ids, the bytes that their payloads are stored in, and
-- whether any of these is compressed, so that its text is longer.
-- The placeholder entries is the SELECT of those that the operation is about.
SELECT coalesce(array_agg(id ORDER BY id), '{}'), coalesce(sum(bytes), 0), coalesce(bool_or(is_compressed), false)
FROM (
    SELECT e.id,
           pg_column_size(e.stored) AS bytes,
           pg_column_compression(e.stored) IS NOT NULL AS is_compressed
    FROM ({entries}) e
    WHERE e.id >= %(first)s
    ORDER BY e.id
    LIMIT %(most)s
    FOR UPDATE
) locked
