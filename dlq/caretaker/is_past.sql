-- Whether a record of what was done with an entry is old enough to be deleted: its operation (a note may have none) is over, and
-- has been since before `before`, and the entry is neither in the table nor in the trash; in one statement, as an entry moves
-- between them in one transaction. The record is the row `r`. Subqueries with a LIMIT stay lookups by index.
(r.created_at < %(before)s
 AND (SELECT coalesce(o.finished_at < %(before)s AND o.state IN ('done', 'cancelled'), false)
      FROM dlq_bulkoperation o WHERE o.id = r.operation_id) IS NOT FALSE
 AND (SELECT true FROM {table} e WHERE e.id = r.entry_id LIMIT 1) IS NULL
 AND (SELECT true FROM dlq_deletedentry d WHERE d.entry_id = r.entry_id LIMIT 1) IS NULL)
