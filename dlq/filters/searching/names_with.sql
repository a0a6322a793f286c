-- How many values an indexed column has, at most %(most)s, and which of them have which of the patterns (their number, from 1).
-- Each step asks the index for the next greater value, so that the table is not read.
WITH RECURSIVE hop AS (
    (SELECT {column} AS value, 1 AS n FROM {table} ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM {table} WHERE {column} > hop.value ORDER BY {column} LIMIT 1), hop.n + 1
    FROM hop
    WHERE hop.value IS NOT NULL AND hop.n < %(most)s
)
SELECT (SELECT count(value) FROM hop),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(pattern.number, hop.value)), '[]')
        FROM hop
        JOIN unnest(%(patterns)s::text[]) WITH ORDINALITY AS pattern (text, number) ON hop.value ILIKE pattern.text)
