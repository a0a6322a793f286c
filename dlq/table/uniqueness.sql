-- What the table's unique indexes allow. The placeholder on_key is the condition of table/is_on_key.sql.
-- For `ON CONFLICT (job_key) WHERE job_key IS NOT NULL` PostgreSQL takes all indexes on the key, and fails if one of them is
-- deferrable. One that takes nulls for equal (PostgreSQL 15; read as JSON, since older ones have no such column) would let a
-- job without a key renew the entry of another.
WITH RECURSIVE parts AS (
    SELECT %(table)s::regclass::oid AS oid
    UNION ALL
    SELECT h.inhrelid FROM pg_inherits h JOIN parts ON h.inhparent = parts.oid
)
SELECT coalesce(bool_or(i.indimmediate) FILTER (WHERE on_key.yes), false) AS keys_are_unique,
       coalesce(bool_and(i.indimmediate AND NOT nulls.collide) FILTER (WHERE on_key.yes), false) AS upserts_by_key,
       coalesce(bool_or(NOT i.indimmediate), false) AS is_deferrable,
       coalesce(
           array_agg(index.relname::text) FILTER (WHERE EXISTS (
               SELECT
               FROM generate_series(1, i.indnkeyatts) AS n
               LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1] AND a.attnum > 0
               WHERE coalesce(a.attname, pg_get_indexdef(i.indexrelid, n, true)) ~ '\mjob_key\M'
           )),
           '{}'
       ) AS of_keys
FROM parts
JOIN pg_index i ON i.indrelid = parts.oid AND (i.indisunique OR i.indisexclusion)
JOIN pg_class index ON index.oid = i.indexrelid
-- One of a single partition says nothing of the others.
CROSS JOIN LATERAL (SELECT parts.oid = %(table)s::regclass AND {on_key} AS yes) on_key
CROSS JOIN LATERAL (
    SELECT i.indpred IS NULL AND coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS collide
) nulls
