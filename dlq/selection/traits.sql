-- What the entries `here` have more often than those `elsewhere`: each value with how many of either have it. Of payloads
-- the plain values at the paths that are listed as columns (`columns`, a list of lists of keys), and those up to `depth` keys deep,
-- in a list its first hundred; no long texts.
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
        FROM (VALUES ('task_identifier', e.task_identifier::text), ('queue_name', coalesce(nullif(e.queue_name::text, ''), '-')){extra}) AS listed (name, value)
        WHERE value <> ''
    ) AS columns
    WHERE e.id = ANY (%(here)s::bigint[] || %(elsewhere)s::bigint[])
),
listed AS (
    SELECT path, ARRAY(SELECT jsonb_array_elements_text(path)) AS keys FROM jsonb_array_elements(%(columns)s::jsonb) AS listed (path)
),
parts AS (
    SELECT id, is_here, '[]'::jsonb AS path, document AS value FROM sampled
    UNION ALL
    SELECT parts.id, parts.is_here, parts.path || child.step, child.value
    FROM parts
    CROSS JOIN LATERAL (
        SELECT to_jsonb(member.key) AS step, member.value
        FROM jsonb_each(CASE WHEN jsonb_typeof(parts.value) = 'object' THEN parts.value ELSE '{}' END) AS member
        UNION ALL
        (SELECT 'null', element.value
         FROM jsonb_array_elements(CASE WHEN jsonb_typeof(parts.value) = 'array' THEN parts.value ELSE '[]' END) AS element (value)
         LIMIT 100)
    ) AS child
    WHERE jsonb_array_length(parts.path) < %(depth)s
),
plain AS (
    SELECT 'listed' AS kind, id, is_here, listed.path, sampled.document #> listed.keys AS value
    FROM sampled CROSS JOIN listed
    UNION ALL
    SELECT 'path', id, is_here, path, value FROM parts WHERE path NOT IN (SELECT path FROM listed)
),
traits AS (
    -- A value counts once an entry, however often its lists have it.
    SELECT DISTINCT id, is_here, kind, path::text AS name,
           CASE jsonb_typeof(value) WHEN 'number' THEN trim_scale((value #>> '{}')::numeric)::text ELSE coalesce(value #>> '{}', 'null') END AS value
    FROM plain
    WHERE jsonb_typeof(value) NOT IN ('object', 'array')
    UNION ALL
    SELECT id, is_here, 'column', named.key, named.value FROM sampled CROSS JOIN LATERAL jsonb_each_text(sampled.named) AS named
    UNION ALL
    SELECT id, is_here, 'hour', '', to_char(date_trunc('hour', failed_at, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    FROM sampled
    UNION ALL
    SELECT sampled.id, is_here, 'pattern', '', template.whole_id::text
    FROM sampled
    JOIN dlq_entrypattern grouped ON grouped.entry_id = sampled.id AND grouped.failed_at = sampled.failed_at
    JOIN dlq_failurepattern template ON template.id = grouped.pattern_id
    UNION ALL
    SELECT DISTINCT id, is_here, 'word', '', said.word
    FROM sampled
    CROSS JOIN LATERAL regexp_split_to_table(lower(error), '[^[:alpha:]_]+') AS said (word)
    WHERE length(said.word) BETWEEN 4 AND 40
),
counted AS (
    SELECT kind, name, value, count(*) FILTER (WHERE is_here) AS here, count(*) FILTER (WHERE NOT is_here) AS elsewhere
    FROM traits
    WHERE length(value) <= 100
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
ORDER BY kind <> 'listed', here - elsewhere DESC, kind, name, value
