-- Whether this role sees the queue's jobs. Row level security is on for the private tables and gives no rows, no error.
-- The view reads with its owner's rights, unless it was made with security_invoker.
SELECT has_table_privilege(v.oid, 'SELECT')
       AND CASE
               WHEN coalesce(v.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
               THEN NOT row_security_active(t.oid)
               ELSE NOT t.relrowsecurity OR (t.relowner = v.relowner AND NOT t.relforcerowsecurity)
                    OR o.rolsuper OR o.rolbypassrls
           END
FROM pg_class v
JOIN pg_namespace n ON n.oid = v.relnamespace
JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = '_private_jobs'
JOIN pg_roles o ON o.oid = v.relowner
WHERE n.nspname = %(schema)s AND v.relname = 'jobs'
