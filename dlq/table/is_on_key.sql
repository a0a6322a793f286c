-- Whether the index `i` keeps two entries from having the same key: valid and unique on that column alone, whatever else it
-- INCLUDEs, and over every row that has one (the placeholder has_all_values is the condition of table/has_all_values.sql).
-- A deferrable one does so only when a transaction commits.
i.indisunique
AND i.indisvalid
AND i.indnkeyatts = 1
AND i.indkey[0] = (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'job_key')
AND ({has_all_values})
