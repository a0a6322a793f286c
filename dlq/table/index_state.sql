-- The table's usable indexes and its estimated size, in one look: a row an index, one row with nulls where there is none.
-- A partitioned table counts through its partitions, a view through the tables that it reads. An index key is its column's name, or its expression.
-- The placeholders has_all_values, has_notes and on_key are the conditions of table/has_all_values.sql, has_values_of.sql and is_on_key.sql.
WITH RECURSIVE parts AS (
    SELECT to_regclass(%(table)s)::oid AS oid
    UNION
    SELECT inner_part.oid
    FROM parts
    CROSS JOIN LATERAL (
        SELECT h.inhrelid AS oid FROM pg_inherits h WHERE h.inhparent = parts.oid
        UNION ALL
        SELECT d.refobjid
        FROM pg_rewrite r
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
        WHERE r.ev_class = parts.oid AND EXISTS (SELECT FROM pg_class v WHERE v.oid = parts.oid AND v.relkind = 'v')
    ) inner_part
),
size AS (
    SELECT sum(CASE
               WHEN c.relkind IN ('p', 'v') THEN 0
               -- Never analysed: what PostgreSQL counted as it was written. (Its size would wait for a lock on the table.)
               WHEN c.reltuples < 0 THEN pg_stat_get_live_tuples(c.oid)
               ELSE c.reltuples
               END)::bigint AS estimated_rows
    FROM parts
    JOIN pg_class c ON c.oid = parts.oid
)
SELECT size.estimated_rows,
       (SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%(table)s)) AS is_partitioned,
       (SELECT relkind = 'v' FROM pg_class WHERE oid = to_regclass(%(table)s)) AS is_view,
       index.relname::text AS name,
       method.amname::text AS method,
       i.indpred IS NOT NULL AS is_partial,
       ({has_all_values}) AS has_all_values,
       ({has_notes}) IS TRUE AS has_notes,
       ({on_key}) IS TRUE AS is_on_key,
       i.indimmediate AS is_immediate,
       keys.names AS keys,
       keys.descending,
       keys.operator_classes
FROM size
LEFT JOIN pg_index i ON i.indrelid = to_regclass(%(table)s) AND i.indisvalid
LEFT JOIN pg_class index ON index.oid = i.indexrelid
LEFT JOIN pg_am method ON method.oid = index.relam
LEFT JOIN LATERAL (
    SELECT array_agg(coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, n, true)) ORDER BY n) AS names,
           array_agg(i.indoption[n - 1] & 1 = 1 ORDER BY n) AS descending,
           array_agg(o.opcname::text ORDER BY n) AS operator_classes
    FROM generate_series(1, i.indnkeyatts) AS n
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1] AND a.attnum > 0
    LEFT JOIN pg_opclass o ON o.oid = i.indclass[n - 1]
) keys ON true
ORDER BY index.relname
