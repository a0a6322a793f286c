-- Whether the index `i` has every row that has a value of its first column: its condition is none, or `… IS NOT NULL` of it (the
-- placeholder is the condition of table/has_values_of.sql).
i.indpred IS NULL OR {has_values}
