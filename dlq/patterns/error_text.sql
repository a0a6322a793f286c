-- What is read of entry `e`: the error's text, or the reason where there is no error; beginning and end of a long one.
SELECT CASE
           WHEN length(whole) <= %(most)s THEN whole
           ELSE left(whole, %(most)s - %(tail)s) || E'\n' || right(whole, %(tail)s)
       END AS text,
       is_json
FROM (
    SELECT CASE WHEN nothing THEN {failure_reason} ELSE {last_error} #>> '{}' END AS whole,
           NOT nothing AND jsonb_typeof(e.last_error) <> 'string' AS is_json
    FROM (SELECT e.last_error IS NULL OR e.last_error IN ('null', '""', '{}', '[]') AS nothing) AS empty
) AS either
