-- One entry's payload as text to edit, and its digest; nothing where the text is longer than can be edited well, or would show what is
-- masked.
SELECT pretty.text, {digest}
FROM {table} e
CROSS JOIN LATERAL (SELECT jsonb_pretty(e.payload::jsonb) AS text OFFSET 0) pretty
WHERE e.id = %(entry)s AND length(pretty.text) <= %(longest)s AND NOT {is_masked}
