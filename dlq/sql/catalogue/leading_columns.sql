-- The columns that a usable index of the table begins with.
SELECT DISTINCT a.attname::text
FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = %(table)s::regclass AND i.indisvalid
