-- Whether the table has a unique index on job_key alone that an upsert can use. Both kinds of table are in the field.
SELECT EXISTS (
    SELECT
    FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = %(table)s::regclass
      AND i.indisunique
      AND i.indisvalid
      AND i.indnkeyatts = 1
      AND a.attname = 'job_key'
      AND coalesce(pg_get_expr(i.indpred, i.indrelid), '(job_key IS NOT NULL)') = '(job_key IS NOT NULL)'
)
