-- Whether the index `i` has every row that has a value of its first column: its condition is none, or `… IS NOT NULL` of it.
-- Read as PostgreSQL stores it, since pg_get_expr would wait for a lock on the table, and pages wait for nobody.
i.indpred IS NULL
OR i.indpred::text ~ format('^\{NULLTEST :arg \{VAR :varno 1 :varattno %%s [^{}]*\} :nulltesttype 1 :argisrow false [^{}]*\}$', i.indkey[0])
