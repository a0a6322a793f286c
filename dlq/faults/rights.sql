-- What this role may not do with the schema, the app's own tables, and what its statements and the queue's functions touch (the
-- arrays names, rights and uses; dlq/faults/touched.py reads them from the texts): a row each, with what it is needed for.
WITH wanted AS (
    SELECT * FROM unnest(%(names)s::text[], %(rights)s::text[], %(uses)s::text[]) AS w (name, wanted, use)
    -- Pages read the table, and its notes are changed one at a time, too.
    UNION ALL
    SELECT %(table)s, * FROM (VALUES ('SELECT', ''), ('UPDATE', 'adding notes')) AS pages
),
place AS (
    SELECT n.oid, n.nspname, quote_ident(n.nspname) AS quoted FROM pg_namespace n WHERE n.nspname = %(schema)s
),
relations AS (
    SELECT c.oid, place.quoted || '.' || quote_ident(c.relname) AS thing, wanted.wanted, wanted.use
    FROM place
    JOIN pg_class c ON c.relnamespace = place.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN wanted ON wanted.name = c.relname AND wanted.wanted <> 'EXECUTE'
),
lacking AS (
    SELECT 'USAGE' AS wanted, 'schema ' || place.quoted AS thing, '' AS use, 0 AS rank
    FROM place
    WHERE NOT has_schema_privilege(place.oid, 'USAGE')
    UNION ALL
    -- A right on some columns may be all that a role is meant to have; which ones a requeue writes is known.
    SELECT CASE WHEN columns.names IS NULL THEN relations.wanted ELSE format('UPDATE (%%s)', columns.names) END,
           relations.thing, relations.use, 1
    FROM relations
    LEFT JOIN LATERAL (
        SELECT string_agg(quote_ident(name), ', ' ORDER BY name) AS names
        FROM unnest(ARRAY['last_requeued_at', 'notes', 'requeued_count']) AS name
        WHERE relations.oid = (SELECT c.oid FROM pg_class c JOIN place ON place.oid = c.relnamespace WHERE c.relname = %(table)s)
          AND relations.wanted = 'UPDATE'
          AND has_any_column_privilege(relations.oid, 'UPDATE')
          AND NOT has_column_privilege(relations.oid, name, 'UPDATE')
    ) columns ON true
    WHERE columns.names IS NOT NULL
       OR CASE WHEN relations.wanted = 'DELETE' THEN NOT has_table_privilege(relations.oid, 'DELETE')
               ELSE NOT has_any_column_privilege(relations.oid, relations.wanted) END
    UNION ALL
    -- An insert takes the next number of a serial column.
    SELECT 'USAGE', 'sequence ' || d.refobjid::regclass::text, relations.use, 2
    FROM relations
    JOIN pg_attrdef a ON a.adrelid = relations.oid
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = d.refobjid
    WHERE relations.wanted = 'INSERT'
      -- CASE, since of what is no sequence the question is an error.
      AND CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege(s.oid, 'USAGE') END
    UNION ALL
    SELECT own.wanted, quote_ident(c.relname), '', 3
    FROM pg_class c
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS own (wanted)
    WHERE c.oid IN (SELECT to_regclass(name) FROM unnest(%(own_tables)s::text[]) AS name)
      AND NOT has_table_privilege(c.oid, own.wanted)
    UNION ALL
    -- The functions that mask. What a trigger runs is not asked for.
    SELECT 'EXECUTE', 'function ' || p.oid::regprocedure::text, '', 3
    FROM pg_proc p
    WHERE starts_with(p.proname, 'dlq_')
      AND p.prorettype <> 'trigger'::regtype
      AND p.pronamespace IN (
          SELECT c.relnamespace
          FROM unnest(%(own_tables)s::text[]) AS name
          JOIN pg_class c ON c.oid = to_regclass(name)
      )
      AND NOT has_function_privilege(p.oid, 'EXECUTE')
    UNION ALL
    SELECT 'EXECUTE', 'function ' || place.quoted || '.' || quote_ident(p.proname), wanted.use, 4
    FROM place
    JOIN pg_proc p ON p.pronamespace = place.oid
    JOIN wanted ON wanted.name = p.proname AND wanted.wanted = 'EXECUTE'
    WHERE NOT has_function_privilege(p.oid, 'EXECUTE')
),
one_by_one AS (
    SELECT wanted, thing, min(rank) AS rank,
           CASE WHEN bool_or(use = '') THEN '' ELSE string_agg(DISTINCT use, ', ') END AS uses
    FROM lacking
    GROUP BY wanted, thing
)
SELECT string_agg(wanted, ', ' ORDER BY position(left(wanted, 3) IN 'SELINSUPDDEL')) AS "right",
       thing, uses, quote_ident(current_user) AS role
FROM one_by_one
GROUP BY rank, thing, uses
ORDER BY rank, thing, uses
