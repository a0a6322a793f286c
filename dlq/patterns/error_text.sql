-- What is read of entry `e`: the error's text, or the reason where it says nothing; beginning and end of a long one.
SELECT CASE
           WHEN length(whole) <= %(most)s THEN whole
           ELSE left(whole, %(most)s - %(tail)s) || E'\n' || right(whole, %(tail)s)
       END AS text,
       is_json
FROM (
    SELECT CASE WHEN nothing THEN {failure_reason} ELSE {last_error} #>> '{}' END AS whole,
           NOT nothing AND jsonb_typeof(e.last_error) <> 'string' AS is_json
    FROM (
        SELECT e.last_error IS NULL OR CASE
            WHEN jsonb_typeof(e.last_error) = 'string' THEN e.last_error #>> '{}' !~ '\S'
            -- What is longer says something.
            ELSE pg_column_size(e.last_error) < 200 AND NOT jsonb_path_exists(
                e.last_error,
                'strict $.** ? (@.type() == "number" || @ == true || (@.type() == "string" && @ like_regex "\\S"))'
            )
        END AS nothing
    ) AS empty
) AS either
