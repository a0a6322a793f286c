-- Entries of these patterns by day: day 0 is the last 24 hours, to the hour.
SELECT pattern_id,
       floor(extract(epoch FROM %(until)s::timestamptz - hour) / 86400)::int AS day,
       sum(entries)::bigint AS entries
FROM dlq_patternhour
WHERE pattern_id = ANY (%(patterns)s) AND hour > %(until)s::timestamptz - %(days)s * interval '1 day' AND hour <= %(until)s
GROUP BY pattern_id, day
