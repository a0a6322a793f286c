-- What the entries `here` have more often than those `elsewhere`: each value with how many of either have it. Of payloads
-- the plain values, four keys deep; keys that a filter can't say are left out, and values that are long texts.
-- Placeholders: payload, last_error and failure_reason of the entry `e`, masked; extra is a list of rows (name, value) of its extra
-- columns, masked, too, each with a comma before it.
WITH RECURSIVE sampled AS MATERIALIZED (
    SELECT e.id, e.id = ANY (%(here)s::bigint[]) AS is_here, e.failed_at,
           {payload} AS document,
           regexp_replace(left(coalesce(nullif({last_error} #>> '{}', ''), {failure_reason}), 1000), %(mask)s, ' ', 'g') AS error,
           columns.named
    FROM {table} e
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(name, value) AS named
        FROM (VALUES ('task_identifier', e.task_identifier::text), ('queue_name', e.queue_name::text){extra}) AS listed (name, value)
        WHERE value <> ''
    ) AS columns
    WHERE e.id = ANY (%(here)s::bigint[] || %(elsewhere)s::bigint[])
),
parts AS (
    SELECT id, is_here, '' AS path, 0 AS depth, document AS value FROM sampled WHERE jsonb_typeof(document) = 'object'
    UNION ALL
    SELECT parts.id, parts.is_here, parts.path || CASE WHEN parts.depth = 0 THEN '' ELSE '.' END || child.key, parts.depth + 1, child.value
    FROM parts
    CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(parts.value) = 'object' THEN parts.value ELSE '{}' END) AS child
    WHERE parts.depth < 4 AND child.key ~ '^[^.=\s][^.=]*$' AND jsonb_typeof(child.value) <> 'array'
),
traits AS (
    SELECT id, is_here, 'path' AS kind, path AS name, value #>> '{}' AS value
    FROM parts
    WHERE jsonb_typeof(value) IN ('string', 'number', 'boolean')
    UNION ALL
    SELECT id, is_here, 'column', named.key, named.value FROM sampled CROSS JOIN LATERAL jsonb_each_text(sampled.named) AS named
    UNION ALL
    SELECT id, is_here, 'hour', '', to_char(date_trunc('hour', failed_at, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    FROM sampled
    UNION ALL
    SELECT DISTINCT id, is_here, 'word', '', said.word
    FROM sampled
    CROSS JOIN LATERAL regexp_split_to_table(lower(error), '[^[:alpha:]_]+') AS said (word)
    WHERE length(said.word) BETWEEN 4 AND 40
),
counted AS (
    SELECT kind, name, value, count(*) FILTER (WHERE is_here) AS here, count(*) FILTER (WHERE NOT is_here) AS elsewhere
    FROM traits
    WHERE length(value) BETWEEN 1 AND 100
    GROUP BY kind, name, value
),
shares AS (
    SELECT kind, name, value, 100.0 * here / %(here_total)s AS here, 100.0 * elsewhere / greatest(%(elsewhere_total)s, 1) AS elsewhere
    FROM counted
    WHERE here >= %(least)s
)
SELECT kind, name, value, here::float8, elsewhere::float8
FROM (
    SELECT shares.*, row_number() OVER (PARTITION BY kind ORDER BY here - elsewhere DESC, name, value) AS rank
    FROM shares
    WHERE here >= %(share)s AND here - elsewhere >= %(share)s AND here >= 2 * elsewhere
) AS telling
WHERE rank <= %(most)s
ORDER BY here - elsewhere DESC, kind, name, value
