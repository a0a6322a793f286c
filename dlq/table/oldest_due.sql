-- Since when the oldest job that a worker may take has been waiting; null if none is.
SELECT min(j.run_at)
FROM {schema}.jobs j
WHERE j.run_at <= now() AND j.locked_at IS NULL AND j.attempts < j.max_attempts
