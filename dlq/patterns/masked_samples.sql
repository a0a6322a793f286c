-- Of samples that are documents, given by id and text, those with something to be masked, as they are then.
-- The placeholder masked is the document `text::jsonb`, masked.
SELECT id, masked::text AS text
FROM (
    SELECT id, text::jsonb AS document, {masked} AS masked FROM unnest(%(ids)s::bigint[], %(texts)s::text[]) AS kept (id, text)
) AS both_forms
WHERE masked <> document
