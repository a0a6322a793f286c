-- What a confirmation page freezes: the time by the database's clock, which also sets failed_at, and the highest id.
SELECT now() AS frozen_at, (SELECT max(id) FROM {table}) AS max_id
