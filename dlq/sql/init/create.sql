-- The dead letter table as the backfill library makes it, and the indexes that this app's pages need.
-- Harmless to run again: what is there already stays as it is.
CREATE TABLE IF NOT EXISTS {table} (
    id                  bigserial PRIMARY KEY,
    {job_id}            bigint,
    task_identifier     varchar(200) NOT NULL,
    payload             jsonb NOT NULL,
    queue_name          varchar(100) NOT NULL DEFAULT 'default',
    priority            integer NOT NULL DEFAULT 0,
    job_key             varchar(200),
    max_attempts        integer,
    failure_reason      text NOT NULL,
    failure_count       integer NOT NULL DEFAULT 1,
    last_error          jsonb,
    original_created_at timestamptz,
    original_run_at     timestamptz,
    failed_at           timestamptz NOT NULL DEFAULT now(),
    requeued_count      integer NOT NULL DEFAULT 0,
    last_requeued_at    timestamptz,
    notes               text
);

-- Which system moved the job here.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS created_by text;

-- The library's own indexes.
CREATE INDEX IF NOT EXISTS {index_task_identifier} ON {table} (task_identifier);
CREATE INDEX IF NOT EXISTS {index_failed_at} ON {table} (failed_at DESC);
CREATE INDEX IF NOT EXISTS {index_queue_name} ON {table} (queue_name);
CREATE INDEX IF NOT EXISTS {index_job_key} ON {table} (job_key) WHERE job_key IS NOT NULL;

-- Follows a job that failed again back to the entry that it was requeued from.
CREATE INDEX IF NOT EXISTS {index_job_id} ON {table} ({job_id});

-- Finds a task's next entries in id order, which is how an operation goes through them.
CREATE INDEX IF NOT EXISTS {index_task_identifier_id} ON {table} (task_identifier, id);

-- Serves the list in its usual order, page by page, and the statistics without reading the table itself.
CREATE INDEX IF NOT EXISTS {index_failed_at_id} ON {table} (failed_at, id) INCLUDE (task_identifier, queue_name, failure_count);

-- One entry a key: a keyed job that fails again then updates its entry. Can't be made while two entries share a key.
CREATE UNIQUE INDEX IF NOT EXISTS {index_job_key_unique} ON {table} (job_key) WHERE job_key IS NOT NULL;
