-- Entries of these patterns by day: day 0 is the last 24 hours, to the hour.
SELECT template.whole_id AS pattern_id,
       floor(extract(epoch FROM %(until)s::timestamptz - hour) / 86400)::int AS day,
       sum(entries)::bigint AS entries
FROM dlq_patternhour
JOIN dlq_failurepattern template ON template.id = pattern_id
WHERE template.whole_id = ANY (%(patterns)s)
  AND hour > %(until)s::timestamptz - %(days)s * interval '1 day'
  AND hour <= %(until)s
GROUP BY 1, day
