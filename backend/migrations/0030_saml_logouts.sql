-- Logouts that an app begins go to the SAML provider, too.
ALTER TABLE saml_sessions ADD COLUMN provider TEXT;  -- NULL in rows of before this version
ALTER TABLE saml_sessions ADD COLUMN subject BYTEA;  -- sealed: the NameID and the SessionIndex

-- Where the browser goes when the provider has answered.
CREATE TABLE saml_logouts (
    id BYTEA NOT NULL PRIMARY KEY,       -- keyed hash of the pool and the request's id
    pool_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    next TEXT NOT NULL,                  -- an address of the app client's, or a path of ours
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (pool_id) REFERENCES pools (id) ON DELETE CASCADE
);
CREATE INDEX saml_logouts_by_expiry ON saml_logouts (expires_at);
