-- The most common values of a column with their shares of the rows, from the last (auto)analyze.
SELECT common.value, common.share
FROM pg_stats s
JOIN pg_class c ON c.oid = to_regclass(%(table)s) AND c.relname = s.tablename
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
CROSS JOIN LATERAL unnest(s.most_common_vals::text::text[], s.most_common_freqs) AS common (value, share)
WHERE s.attname = %(column)s AND s.inherited = (c.relkind = 'p')
