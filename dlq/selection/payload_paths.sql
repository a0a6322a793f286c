-- The paths that lead to values within the newest payloads, those that most have first.
WITH RECURSIVE newest AS (
    SELECT payload FROM {table} ORDER BY failed_at DESC LIMIT %(looked_at)s
),
small AS (
    SELECT {payload} AS payload FROM newest WHERE pg_column_size(payload) <= %(largest)s
),
members AS (
    SELECT ARRAY[member.key] AS path, member.value, 1 AS depth
    FROM small
    CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(payload) = 'object' THEN payload ELSE '{}' END) AS member
    UNION ALL
    SELECT members.path || member.key, member.value, depth + 1
    FROM members
    CROSS JOIN LATERAL jsonb_each(members.value) AS member
    WHERE jsonb_typeof(members.value) = 'object' AND depth < %(deepest)s
)
SELECT path, count(*)
FROM members
WHERE jsonb_typeof(value) NOT IN ('object', 'array') AND array_to_string(path, '.') ILIKE %(like)s
GROUP BY path
ORDER BY count(*) DESC, path
LIMIT %(most)s
