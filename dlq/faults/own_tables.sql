-- Which of these tables and columns are not there; of a table that is missing as a whole one row, without a column.
SELECT DISTINCT wanted.name, CASE WHEN to_regclass(wanted.quoted) IS NULL THEN '' ELSE wanted.column_name END
FROM unnest(%(names)s::text[], %(tables)s::text[], %(columns)s::text[]) AS wanted (name, quoted, column_name)
WHERE NOT EXISTS (
    SELECT
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(wanted.quoted) AND a.attname = wanted.column_name AND NOT a.attisdropped
)
ORDER BY 1, 2
