-- The key is here already: the placeholder renewal says what becomes of its entry (process/renewal.sql).
ON CONFLICT (job_key) WHERE job_key IS NOT NULL DO UPDATE SET
{renewal}
