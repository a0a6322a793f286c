-- Locks the given jobs, which are about to be replaced, and returns those that somebody else holds: a worker that is just
-- starting one, a processor that moves one to the table. They are not waited for: the processor may wait for the entry that we hold.
WITH held AS MATERIALIZED (
    SELECT j.id FROM {schema}._private_jobs j WHERE j.id = ANY (%(jobs)s) ORDER BY j.key FOR UPDATE SKIP LOCKED
)
SELECT j.id
FROM {schema}.jobs j
WHERE j.id = ANY (%(jobs)s) AND j.id NOT IN (SELECT held.id FROM held)
