-- Whether the condition of the index `i` is `… IS NOT NULL` of the column with this number, so that it has just the rows with a value.
-- Read as PostgreSQL stores it, since pg_get_expr would wait for a lock on the table, and pages wait for nobody.
i.indpred::text ~ format('^\{NULLTEST :arg \{VAR :varno 1 :varattno %%s [^{}]*\} :nulltesttype 1 :argisrow false [^{}]*\}$', {number})
