-- What people have said about patterns was five days ago. A pattern that was resolved then and fails later has returned.
WITH said AS (
    UPDATE dlq_editrecord SET created_at = created_at - interval '5 days' WHERE kind = 'pattern'
)
UPDATE dlq_failurepattern
SET edited_at = edited_at - interval '5 days', resolved_at = resolved_at - interval '5 days'
WHERE edited_at IS NOT NULL
