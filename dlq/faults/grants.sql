-- What a role has to be granted: a statement each, in an order in which they can be run. The arrays name what it touches of the
-- queue's schema (names, rights) and of the project's own tables (tables, written).
WITH place AS (
    SELECT n.oid, quote_ident(n.nspname) AS quoted FROM pg_namespace n WHERE n.nspname = %(schema)s
),
wanted AS (
    SELECT name, string_agg(wanted, ', ' ORDER BY position(left(wanted, 3) IN 'SELINSUPDDEL')) AS rights,
           bool_or(wanted = 'INSERT') AS is_added_to
    FROM (SELECT DISTINCT * FROM unnest(%(names)s::text[], %(rights)s::text[]) AS w (name, wanted)) AS w
    GROUP BY name
),
relations AS (
    SELECT c.oid, c.relrowsecurity, place.quoted || '.' || quote_ident(c.relname) AS thing, wanted.rights, wanted.is_added_to, 2 AS rank
    FROM place
    JOIN pg_class c ON c.relnamespace = place.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN wanted ON wanted.name = c.relname AND wanted.rights <> 'EXECUTE'
    UNION ALL
    SELECT c.oid, false, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
           CASE WHEN own.is_written THEN 'SELECT, INSERT, UPDATE, DELETE' ELSE 'SELECT' END, own.is_written, 4
    FROM unnest(%(tables)s::text[], %(written)s::boolean[]) AS own (quoted, is_written)
    JOIN pg_class c ON c.oid = to_regclass(own.quoted)
    JOIN pg_namespace n ON n.oid = c.relnamespace
),
statements AS (
    SELECT 0 AS rank, format('GRANT USAGE ON SCHEMA %%I TO {role};', n.nspname) AS statement
    FROM pg_namespace n
    WHERE n.nspname = %(schema)s OR n.oid IN (SELECT relnamespace FROM pg_class JOIN relations USING (oid) WHERE relations.rank = 4)
    UNION ALL
    SELECT rank, format('GRANT %%s ON %%s TO {role};', rights, thing) FROM relations
    UNION ALL
    -- An insert takes the next number of a serial column; those of identity columns need no right.
    SELECT rank, format('GRANT USAGE ON SEQUENCE %%I.%%I TO {role};', n.nspname, s.relname)
    FROM relations
    JOIN pg_attrdef a ON a.adrelid = relations.oid AND relations.is_added_to
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
    JOIN pg_namespace n ON n.oid = s.relnamespace
    UNION ALL
    -- The queue's, and ours that mask, which are beside our tables; what a trigger runs is not asked for.
    SELECT 3, format('GRANT EXECUTE ON FUNCTION %%I.%%I(%%s) TO {role};', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE (
          n.oid IN (SELECT place.oid FROM place)
          AND p.prokind = 'f'
          AND p.proname IN (SELECT wanted.name FROM wanted WHERE wanted.rights = 'EXECUTE')
      )
       OR (
          n.oid IN (SELECT c.relnamespace FROM relations JOIN pg_class c USING (oid) WHERE relations.rank = 4)
          AND starts_with(p.proname, 'dlq_')
          AND p.prorettype <> 'trigger'::regtype
      )
    UNION ALL
    -- Without a policy such a table has no rows for anybody but its owner.
    SELECT 5, format(E'DROP POLICY IF EXISTS {policy} ON %%1$s;\nCREATE POLICY {policy} ON %%1$s TO {role} USING (true) WITH CHECK (true);', thing)
    FROM relations
    WHERE relrowsecurity
)
SELECT DISTINCT rank, statement FROM statements ORDER BY rank, statement
