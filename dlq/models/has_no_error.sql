-- Whether an entry has no error although its job had one attempt: the library moves jobs also while they run, and then there is
-- none yet. The placeholder entry is the alias of the entry's row.
coalesce({entry}.max_attempts = 1 AND coalesce({entry}.last_error, 'null'::jsonb) = 'null'::jsonb, false)
