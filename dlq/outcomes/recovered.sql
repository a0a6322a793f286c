-- Whether a requeue's job recovered: it is stored so, or the queue has the job no more although it was due, and it did not come
-- back. The one definition, for all statements that decide it. Placeholders: `requeue` is the row of dlq_requeue, `job` that of
-- the queue's view (null where it has none), `came_back` the id of the entry that the job came back as, as far as is known.
({requeue}.outcome = 'recovered'
 OR ({requeue}.outcome = '' AND {job}.id IS NULL AND {came_back} IS NULL AND {requeue}.run_at <= clock_timestamp()))
