-- Whether another life of the entry's chain, one that failed later, is in the table and stands for both.
-- The placeholder entry is the alias of the entry's row.
EXISTS (
    SELECT
    FROM dlq_chainlife mine
    JOIN dlq_chainlife other ON other.chain = mine.chain AND other.entry_id <> mine.entry_id
    JOIN {table} later ON later.id = other.entry_id
    WHERE mine.entry_id = {entry}.id AND (later.failed_at, later.id) > ({entry}.failed_at, {entry}.id)
)
