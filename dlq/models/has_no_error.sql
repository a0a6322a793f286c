-- Whether an entry has no error although its job had one attempt: the library moves jobs also while they run, and then there is
-- none yet. The placeholder entry is the alias of the entry's row.
-- By its stored size first: a long one is not read for that.
coalesce({entry}.max_attempts = 1
         AND coalesce(pg_column_size({entry}.last_error), 0) < 64
         AND coalesce({entry}.last_error, 'null'::jsonb) = 'null'::jsonb, false)
