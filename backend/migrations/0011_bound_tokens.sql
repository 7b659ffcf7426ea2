-- What the tokens of a sign-in are bound to: the resource server that the app named, and the key (the
-- thumbprint of its public half) that it proves with each request. NULL: to neither.
ALTER TABLE token_families ADD COLUMN resource TEXT;
ALTER TABLE token_families ADD COLUMN key_thumbprint TEXT;

-- Requests for authorization that apps handed over by themselves.
CREATE TABLE pushed_requests (
    hash BYTEA NOT NULL PRIMARY KEY,     -- of the secret in their reference
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    content BYTEA NOT NULL,              -- sealed: the request, as a form
    expires_at BIGINT NOT NULL
);
CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);
CREATE INDEX pushed_requests_by_client ON pushed_requests (client_id);
CREATE INDEX pushed_requests_by_pool ON pushed_requests (pool_id);
