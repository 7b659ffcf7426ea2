-- Jobs that make users of a file (CreateUserImportJob), the files, and what became of rows that made no user.

CREATE TABLE import_jobs (
    id TEXT NOT NULL PRIMARY KEY,        -- in the order of their creation
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    status TEXT NOT NULL,
    upload TEXT,                         -- the file that is complete
    records BIGINT NOT NULL,             -- how many rows of it are done
    imported BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    outcome TEXT,                        -- CompletionMessage
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT
);
CREATE INDEX import_jobs_by_pool ON import_jobs (pool_id, id);

-- A file in pieces. Those of an upload that did not end, or was replaced, are swept away.
CREATE TABLE import_chunks (
    upload TEXT NOT NULL,
    position BIGINT NOT NULL,
    job_id TEXT NOT NULL REFERENCES import_jobs (id) ON DELETE CASCADE,
    data BYTEA NOT NULL,                 -- sealed
    PRIMARY KEY (upload, position)
);
CREATE INDEX import_chunks_by_job ON import_chunks (job_id);

-- Never a value of the row.
CREATE TABLE import_refusals (
    job_id TEXT NOT NULL REFERENCES import_jobs (id) ON DELETE CASCADE,
    line BIGINT NOT NULL,
    verdict TEXT NOT NULL,               -- SKIPPED or FAILED
    reason TEXT NOT NULL,
    PRIMARY KEY (job_id, line)
);
