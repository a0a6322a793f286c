-- What the queue says of these jobs, through its public view; a job that has finished is not in it.
SELECT id, attempts, max_attempts, locked_at IS NOT NULL AS locked
FROM {schema}.jobs
WHERE id = ANY (%(jobs)s)
