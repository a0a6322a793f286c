-- Which of the given (locked) jobs have an entry already: job and entry. A task may write its own, with a reason and an error that
-- say more than the queue knows (the library's add_to_dlq), and then fail.
-- Not every table has an index on {job_id}: what a job left here failed after the job was made, which the index on failed_at finds.
SELECT DISTINCT ON (job.id) job.id, e.id
FROM {table} e
JOIN {schema}._private_jobs job ON job.id = e.{job_id}
WHERE e.{job_id} = ANY (%(ids)s::bigint[])
  AND e.failed_at >= (SELECT min(oldest.created_at) FROM {schema}._private_jobs oldest WHERE oldest.id = ANY (%(ids)s))
  AND job.id = ANY (%(ids)s)
  -- A requeue gives the waiting job with the entry's key new work, and leaves its id: that job failed anew.
  AND NOT (job.key IS NOT NULL AND coalesce(e.last_requeued_at > e.failed_at, false))
ORDER BY job.id, e.failed_at DESC, e.id DESC
