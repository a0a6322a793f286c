-- The dead letter table as the backfill library makes it, and which system moved the job here.
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
    notes               text,
    created_by          text
);
