-- The given entries' payloads, as they are and as the operation would make them: masked, indented, as far as a page shows them. `after`
-- is null where a path is not there. `is_kept` are those with something masked that the person may not see.
WITH RECURSIVE {edited},
document AS MATERIALIZED (
    SELECT e.id,
           NOT %(sees_all)s AND {is_masked}                    AS is_kept,
           coalesce(e.payload::jsonb::text <> edited.doc::text, false) AS is_changed,
           jsonb_pretty({masked_before})                       AS before,
           jsonb_pretty({masked_after})                        AS after
    FROM {table} e
    JOIN edited USING (id)
    WHERE e.id = ANY (%(ids)s)
)
SELECT id,
       left(before, %(most)s),
       left(after, %(most)s),
       is_kept,
       is_changed AND NOT is_kept,
       greatest(length(before), length(after)) > %(most)s
FROM document
ORDER BY array_position(%(ids)s, id)
