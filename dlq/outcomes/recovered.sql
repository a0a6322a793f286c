-- Whether a requeue's job recovered: it is stored so, or the queue has the job no more although it was due, it did not come back,
-- and it can't have used up its attempts unseen. The one definition, for all statements that decide it. Placeholders: `requeue` is
-- the row of dlq_requeue, `job` that of the queue's view (null where it has none), `came_back` the id of the entry that the job
-- came back as, as far as is known, `looked` the progress that says when all open requeues were last looked at in the queue,
-- `worker_start` is worker_start.sql.
({requeue}.outcome = 'recovered'
 OR ({requeue}.outcome = ''
     AND {job}.id IS NULL
     AND {came_back} IS NULL
     AND {requeue}.exhausted_at IS NULL
     AND {requeue}.run_at <= clock_timestamp()
     AND (
         -- A worker deletes jobs that have used up their attempts when it starts, so absence alone tells nothing. But after its
         -- k-th attempt a job waits for e^k seconds: that many have to pass between what was seen last and the last attempt.
         -- From the first attempt on (e + e² + …, at most ten of them) is the least that it can have been. An error that the
         -- library does not retry uses up all attempts at once, so no worker may have started since, either.
         (SELECT clock_timestamp() < seen.at
                     + (exp(1) * (exp(least(10, greatest(
                         0, coalesce({requeue}.attempts_left, 1) - 1 + {requeue}.seen_running::integer))) - 1) / (exp(1) - 1))
                     * interval '1 second'
                 AND seen.at > coalesce(({worker_start}), '-infinity')
          FROM (SELECT greatest({requeue}.created_at, {requeue}.run_at,
                                (SELECT reached FROM dlq_dutyprogress WHERE duty = '{looked}')) AS at) seen)
         -- Or the library's hook removed the entry, which it does when a job with its key succeeds.
         OR ({requeue}.has_key
             AND (SELECT true FROM {table} own WHERE own.id = {requeue}.entry_id LIMIT 1) IS NULL
             AND (SELECT true FROM dlq_deletedentry own WHERE own.entry_id = {requeue}.entry_id LIMIT 1) IS NULL))))
