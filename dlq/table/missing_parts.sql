-- What is not there of the schema, the table, and what is read and called of the queue: a row each.
WITH place AS (SELECT (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s) AS schema_oid)
SELECT 'schema ' || quote_ident(%(schema)s) FROM place WHERE schema_oid IS NULL
UNION ALL
SELECT CASE name WHEN 'jobs' THEN 'view ' ELSE 'table ' END || quote_ident(%(schema)s) || '.' || quote_ident(name)
FROM place
CROSS JOIN unnest(%(table)s::text || %(relations)s::text[]) AS name
WHERE schema_oid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = schema_oid AND relname = name)
UNION ALL
SELECT 'function ' || quote_ident(%(schema)s) || '.' || quote_ident(name)
FROM place
CROSS JOIN unnest(%(functions)s::text[]) AS name
WHERE schema_oid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = schema_oid AND proname = name)
