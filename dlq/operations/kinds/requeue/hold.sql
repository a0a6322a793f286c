-- Locks the given jobs, which are about to be replaced, and returns those that somebody else holds: a worker that is just
-- starting one, a processor that moves one to the table. They are not waited for: the processor may wait for the entry that we hold.
WITH wanted AS MATERIALIZED (
    SELECT j.id, j.key FROM {schema}._private_jobs j WHERE j.id = ANY (%(jobs)s) ORDER BY j.key
),
-- The add_job of the Rust port's newer versions takes an advisory lock on the key before it takes the job. So do we: else a
-- producer that has the one would wait for the other, which we have, and hear of a deadlock.
ours AS MATERIALIZED (
    SELECT wanted.id FROM wanted WHERE pg_try_advisory_xact_lock(hashtext(wanted.key))
),
held AS MATERIALIZED (
    SELECT j.id
    FROM {schema}._private_jobs j
    WHERE j.id IN (SELECT ours.id FROM ours)
    ORDER BY j.key
    FOR UPDATE SKIP LOCKED
)
SELECT j.id
FROM {schema}.jobs j
WHERE j.id = ANY (%(jobs)s) AND j.id NOT IN (SELECT held.id FROM held)
