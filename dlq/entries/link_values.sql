-- The texts, numbers and truths that an entry's payload has at the given paths, as text; null where there is none of these.
SELECT wanted.path, CASE WHEN jsonb_typeof(at_path.value) IN ('string', 'number', 'boolean') THEN at_path.value #>> '{{}}' END
FROM (
    SELECT ARRAY(SELECT json_array_elements_text(one.path)) AS path FROM json_array_elements(%(paths)s::json) AS one (path)
) wanted
JOIN {table} e ON e.id = %(entry)s
CROSS JOIN LATERAL (SELECT e.payload::jsonb #> wanted.path AS value) at_path
