-- The other lives of these trashed entries' chains that the same operation deleted.
SELECT DISTINCT went_too.entry_id
FROM dlq_chainlife mine
JOIN dlq_deletedentry chosen ON chosen.entry_id = mine.entry_id
JOIN dlq_chainlife other ON other.chain = mine.chain
JOIN dlq_deletedentry went_too ON went_too.entry_id = other.entry_id AND went_too.operation_id = chosen.operation_id
WHERE mine.entry_id = ANY (%(ids)s)
