-- The values at a path of the newest payloads, the most common first.
WITH newest AS (
    SELECT payload FROM {table} ORDER BY failed_at DESC LIMIT %(looked_at)s
),
small AS (
    SELECT {payload} #> %(path)s::text[] AS value FROM newest WHERE pg_column_size(payload) <= %(largest)s
)
SELECT value::text, count(*)
FROM small
WHERE jsonb_typeof(value) NOT IN ('object', 'array') AND value #>> '{}' ILIKE %(like)s
GROUP BY value
ORDER BY count(*) DESC, value
LIMIT %(most)s
