-- The templates of a pattern that are kept apart, those with most failures first, and how many there are of them.
-- The placeholders title and words are these columns of the row `template`, masked.
SELECT template.id, {title} AS title, {words} AS words, ARRAY(SELECT coalesce(template.kind[part], '') FROM generate_series(1, 3) AS part) AS kind,
       coalesce(hours.entries, 0)::bigint AS entries, count(*) OVER () AS templates
FROM dlq_failurepattern template
CROSS JOIN LATERAL (
    SELECT sum(h.entries) AS entries FROM dlq_patternhour h WHERE h.pattern_id = template.id
) AS hours
WHERE template.whole_id = %(pattern)s
ORDER BY entries DESC, template.id
LIMIT %(most)s
