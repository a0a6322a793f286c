-- Whether the last attempt of an entry's job may have succeeded after all, because the entry may have been made while it ran.
-- The placeholder entry is the alias of the entry's row, has_no_error the condition of has_no_error.sql.
({has_no_error}
 OR EXISTS (
     SELECT FROM dlq_requeue r
     WHERE r.job_id = {entry}.{job_id} AND r.returned_as = {entry}.id AND r.is_uncertain AND r.outcome = 'failed_again'))
