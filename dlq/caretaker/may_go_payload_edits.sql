-- What payloads were before they were edited goes with the past, when no other life of the chain is in the table or in the trash either.
{is_past}
AND (SELECT true
     FROM dlq_chainlife mine
     JOIN dlq_chainlife other ON other.chain = mine.chain
     WHERE mine.entry_id = r.entry_id
       AND ((SELECT true FROM {table} e WHERE e.id = other.entry_id LIMIT 1)
            OR (SELECT true FROM dlq_deletedentry d WHERE d.entry_id = other.entry_id LIMIT 1))
     LIMIT 1) IS NULL
