-- The columns of the dead letter table. No row: no such table, or no right to see it.
SELECT a.attname::text                                        AS name,
       format_type(a.atttypid, a.atttypmod)                   AS type_name,
       a.attnotnull                                           AS not_null,
       a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default,
       a.attgenerated <> ''                                   AS is_generated
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = %(schema)s
  AND c.relname = %(name)s
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attnum
