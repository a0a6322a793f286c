-- A document of entry %(entry)s, as PostgreSQL prints it indented, in pieces of so many bytes. No row: no entry, or SQL NULL.
-- Its text is made once, as bytes, of which any piece is found at once (of a text it would be looked for from the beginning).
SELECT substr(document.bytes, number * %(piece)s + 1, %(piece)s)
FROM (
    SELECT convert_to(jsonb_pretty({document}), 'UTF8') AS bytes FROM {table} e WHERE e.id = %(entry)s OFFSET 0
) AS document
CROSS JOIN LATERAL generate_series(0, (octet_length(document.bytes) - 1) / %(piece)s) AS number
