-- The columns of the dead letter table. No row: no such table, or no right to see it.
-- Asked for each chunk of a delete, so without joins: planning four of them took longer than all the rest.
SELECT a.attname::text                      AS name,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       a.attnotnull                         AS not_null,
       a.attgenerated <> ''                 AS is_generated
FROM pg_attribute a
WHERE a.attrelid = (
          SELECT c.oid
          FROM pg_class c
          WHERE c.relname = %(name)s
            AND c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = %(schema)s)
      )
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attnum
