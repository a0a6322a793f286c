-- The values of an indexed column from %(from)s on (null: from the first), each with the number of its rows up to a limit.
-- Each step asks the index for the next greater value, so that the table is not read.
WITH RECURSIVE hop AS (
    (SELECT {column} AS value, 1 AS n
     FROM {table}
     WHERE {column} IS NOT NULL AND (%(from)s::text IS NULL OR {column} >= %(from)s::{type})
     ORDER BY {column}
     LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM {table} WHERE {column} > hop.value ORDER BY {column} LIMIT 1), hop.n + 1
    FROM hop
    WHERE hop.value IS NOT NULL AND hop.n < %(hops)s
),
chosen AS (
    SELECT value
    FROM hop
    WHERE value IS NOT NULL AND {is_shown} AND (%(like)s::text IS NULL OR value::text ILIKE %(like)s)
    LIMIT %(most)s
)
SELECT value::text,
       (SELECT count(*) FROM (SELECT FROM {table} WHERE {column} = chosen.value LIMIT %(count_to)s) AS counted)
FROM chosen
