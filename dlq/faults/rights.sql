-- What this role may not do with the schema, the table, the app's own tables and the queue's functions: a row each.
WITH relations AS (
    SELECT c.oid,
           CASE WHEN n.nspname = %(schema)s THEN quote_ident(n.nspname) || '.' ELSE '' END || quote_ident(c.relname) AS thing
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname = %(schema)s AND c.relname = %(table)s)
       OR c.oid IN (SELECT to_regclass(name) FROM unnest(%(own_tables)s::text[]) AS name)
)
SELECT 'USAGE', 'schema ' || quote_ident(n.nspname)
FROM pg_namespace n
WHERE n.nspname = %(schema)s AND NOT has_schema_privilege(n.oid, 'USAGE')
UNION ALL
SELECT string_agg(r, ', ' ORDER BY n), thing
FROM relations
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS wanted (r, n)
WHERE NOT has_table_privilege(oid, r)
GROUP BY thing
UNION ALL
SELECT DISTINCT 'EXECUTE', 'function ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname)
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s AND p.proname = ANY (%(functions)s) AND NOT has_function_privilege(p.oid, 'EXECUTE')
