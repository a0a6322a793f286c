-- The texts, numbers and truths that an entry's payload has at the given paths, as text; null where there is none of these, and where
-- something of it is masked.
WITH document AS MATERIALIZED (
    SELECT e.payload::jsonb AS whole, {masked} AS masked FROM {table} e WHERE e.id = %(entry)s
)
SELECT wanted.path, CASE WHEN at_path.value = at_path.masked THEN at_path.value #>> '{}' END
FROM (
    SELECT ARRAY(SELECT json_array_elements_text(one.path)) AS path FROM json_array_elements(%(paths)s::json) AS one (path)
) wanted
CROSS JOIN document
CROSS JOIN LATERAL (SELECT document.whole #> wanted.path AS value, document.masked #> wanted.path AS masked) at_path
WHERE jsonb_typeof(at_path.value) IN ('string', 'number', 'boolean')
