-- What index advice needs to know: sizes of the indexes that are there, those that a broken build left behind, those of
-- partitions that are part of a whole one, average widths of the columns, the partitions, and where pg_trgm is or could be.
WITH parts AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind = 'p' AS is_partitioned
    FROM pg_inherits h
    JOIN pg_class c ON c.oid = h.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE h.inhparent = to_regclass(%(table)s)
),
all_indexes AS (
    SELECT jsonb_build_array(n.nspname, c.relname) AS name, i.indisvalid, c.relispartition
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.indrelid = to_regclass(%(table)s) OR i.indrelid IN (SELECT parts.oid FROM parts)
)
SELECT (SELECT jsonb_object_agg(c.relname, (SELECT sum(pg_relation_size(part.relid)) FROM pg_partition_tree(c.oid) AS part))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = to_regclass(%(table)s) AND c.relkind = 'I') AS partitioned_sizes,
       (SELECT jsonb_object_agg(c.relname, pg_relation_size(c.oid))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = to_regclass(%(table)s) AND c.relkind = 'i') AS sizes,
       (SELECT jsonb_agg(name) FROM all_indexes WHERE NOT indisvalid) AS invalid,
       (SELECT jsonb_agg(name) FROM all_indexes WHERE relispartition) AS attached,
       (SELECT jsonb_object_agg(s.attname, s.avg_width)
        FROM pg_stats s
        JOIN pg_class c ON c.oid = to_regclass(%(table)s) AND c.relname = s.tablename
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
        WHERE s.inherited = (c.relkind = 'p')) AS widths,
       (SELECT jsonb_agg(jsonb_build_array(nspname, relname) ORDER BY oid) FROM parts) AS partitions,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS trigrams_available,
       (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm') AS trigrams_in
