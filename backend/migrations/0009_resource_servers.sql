-- What tokens are for besides the pool itself: APIs of others, by an identifier, and their scopes.
CREATE TABLE IF NOT EXISTS resource_servers (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,                -- JSON, a list of ScopeName and ScopeDescription
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, identifier)
);
