-- Since when a worker of the library may have started, and so deleted jobs that had used up their attempts. Null: none did since all
-- open requeues were looked at last, less the time that a start may take. It deletes only where there are more than 100 such jobs,
-- after it has moved 100, each in a transaction of its own: as many different times of failure tell of it. Our own processor moves
-- hundreds at one time, so it is not taken for such a start. Placeholders: `moves` and `start` as in deciding.py.
WITH RECURSIVE move AS (
    SELECT max(e.failed_at) AS at, 1 AS moves FROM {table} e WHERE e.failed_at <= statement_timestamp()
    UNION ALL
    SELECT (SELECT max(e.failed_at) FROM {table} e WHERE e.failed_at < move.at), move.moves + 1
    FROM move
    WHERE move.moves < {moves}
      AND move.at > coalesce((SELECT reached FROM dlq_dutyprogress WHERE duty = '{looked}') - {start}, '-infinity')
)
SELECT move.at + {start} FROM move WHERE move.moves = {moves}
