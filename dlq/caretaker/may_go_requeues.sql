-- Requeues go with the past. One stays while it is not known what became of its job, and while the entry is there that the job came
-- back as.
r.outcome <> ''
AND {is_past}
AND (SELECT true FROM {table} e WHERE e.id = r.returned_as LIMIT 1) IS NULL
