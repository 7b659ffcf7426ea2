-- What a pool, or one of its clients, has as a document of its own: the look of its pages, terms, and settings that
-- are kept as they were given.

CREATE TABLE pool_records (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT REFERENCES clients (id) ON DELETE CASCADE, -- NULL: the whole pool's
    name TEXT NOT NULL,                  -- where there are several of a kind, else ''
    document TEXT NOT NULL,              -- JSON
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, kind, id)
);
CREATE UNIQUE INDEX pool_records_by_name ON pool_records (pool_id, kind, COALESCE(client_id, ''), name);
CREATE INDEX pool_records_by_client ON pool_records (client_id);
