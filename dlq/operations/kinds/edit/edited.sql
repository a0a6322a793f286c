-- For WITH RECURSIVE: what the operation's changes, one after the other, make of the given entries' payloads. `doc` becomes null at
-- the first change whose path is not there, and stays at its number: nothing here raises an error over what a payload looks like.
change AS MATERIALIZED (
    SELECT c.n, c.verb, c.path, nullif(c.value, '')::jsonb AS value
    FROM json_to_recordset(%(changes)s::json) AS c (n integer, verb text, path text[], value text)
),
step AS (
    SELECT e.id, 0 AS n, e.payload::jsonb AS doc
    FROM {table} e
    WHERE e.id = ANY (%(ids)s)
    UNION ALL
    SELECT step.id,
           change.n,
           CASE
               WHEN change.verb = 'replace' THEN change.value
               WHEN change.verb = 'set' AND step.doc #> change.path IS NOT NULL
                   THEN jsonb_set(step.doc, change.path, change.value)
               WHEN change.verb = 'remove' AND step.doc #> change.path IS NOT NULL
                   THEN step.doc #- change.path
               WHEN change.verb = 'add' AND jsonb_typeof(step.doc #> change.path[:cardinality(change.path) - 1]) = 'object'
                   THEN jsonb_set(step.doc, change.path, change.value)
           END
    FROM step
    JOIN change ON change.n = step.n + 1
    WHERE step.doc IS NOT NULL
),
edited AS MATERIALIZED (
    SELECT DISTINCT ON (step.id) step.id, step.n, step.doc FROM step ORDER BY step.id, step.n DESC
)
