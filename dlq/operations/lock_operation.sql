-- Locks an operation in one of these states, unless somebody else has it: the first statement of each chunk.
SELECT * FROM dlq_bulkoperation WHERE id = %(operation)s AND state = ANY (%(states)s) FOR UPDATE SKIP LOCKED
