-- Which system moved the job here. Where the table has the column, no lock is taken, which ADD COLUMN IF NOT EXISTS would.
DO $add_created_by$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = {table_name}::regclass AND attname = 'created_by' AND NOT attisdropped
    ) THEN
        ALTER TABLE {table} ADD COLUMN created_by text;
    END IF;
END
$add_created_by$;
