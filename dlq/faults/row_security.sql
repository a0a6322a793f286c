-- The relations of those named in which row level security hides rows from this role: no policy lets it see and write all of them.
SELECT c.oid::regclass::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s
  AND c.relname = ANY (%(names)s::text[])
  AND row_security_active(c.oid)
  AND NOT EXISTS (
      SELECT
      FROM pg_policy p
      WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*' AND pg_get_expr(p.polqual, p.polrelid) = 'true'
        AND EXISTS (SELECT FROM unnest(p.polroles) AS r (oid) WHERE r.oid = 0 OR pg_has_role(r.oid, 'USAGE'))
  )
ORDER BY 1
