-- Where words (in all their %(forms)s, with the %(numbers)s of the words) are found in entries, and some characters around them.
-- The places in the order of what tells most, each as everybody reads it. Each text is made, and put into lower case, once.
SELECT e.id, place.name, form.number, substr(place.text, greatest(found.at - %(before)s, 1), %(quoted)s)
FROM {table} e
CROSS JOIN LATERAL (
    SELECT name, rank, text, lower(text) AS lowered
    FROM (VALUES (1, 'error', left({last_error} #>> '{}', %(within)s)),
                 (2, 'payload', left({payload}::text, %(within)s)),
                 (3, 'notes', left({notes}, %(within)s)),
                 (4, 'key', {job_key}),
                 (5, 'reason', left({failure_reason}, %(within)s))) AS texts (rank, name, text)
    OFFSET 0
) AS place
CROSS JOIN unnest(%(forms)s::text[], %(numbers)s::int[]) AS form (text, number)
CROSS JOIN LATERAL (SELECT strpos(place.lowered, lower(form.text)) AS at) AS found
WHERE e.id = ANY (%(ids)s) AND found.at > 0
ORDER BY e.id, form.number, place.rank
