-- The values of an indexed column, smallest first: each step asks the index for the next greater one.
WITH RECURSIVE hop AS (
    (SELECT {column} AS value FROM {table} ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM {table} WHERE {column} > hop.value ORDER BY {column} LIMIT 1)
    FROM hop
    WHERE hop.value IS NOT NULL
)
SELECT value FROM hop WHERE value IS NOT NULL LIMIT %(most)s
