-- The given entries' payloads, as they are and as the operation would make them, indented, as far as a page shows them. `after` is null
-- where a path is not there.
WITH RECURSIVE {edited}
SELECT e.id,
       left(jsonb_pretty(e.payload::jsonb), %(most)s)                               AS before,
       left(jsonb_pretty(edited.doc), %(most)s)                                     AS after,
       greatest(length(jsonb_pretty(e.payload::jsonb)), length(jsonb_pretty(edited.doc))) > %(most)s AS is_cut
FROM {table} e
JOIN edited USING (id)
WHERE e.id = ANY (%(ids)s)
ORDER BY array_position(%(ids)s, e.id)
