-- Of typed changes, each as a document that has the value at its path (in one or two forms, since a number may be a key or the place in a
-- list): the number of the change, and the value masked. Nothing of those with nothing to mask.
SELECT DISTINCT ON (typed.n) typed.n, coalesce(document.masked #> typed.path, document.masked)::text
FROM json_to_recordset(%(documents)s::json) AS typed (n integer, path text[], document text)
CROSS JOIN LATERAL (SELECT typed.document::jsonb AS whole OFFSET 0) one
CROSS JOIN LATERAL (SELECT {masked} AS masked OFFSET 0) document
WHERE document.masked <> one.whole
ORDER BY typed.n
