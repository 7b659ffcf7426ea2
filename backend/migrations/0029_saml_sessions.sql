-- Which browsers' sessions came by which session at a SAML provider, so that the provider can end them.
CREATE TABLE saml_sessions (
    sso_id TEXT NOT NULL PRIMARY KEY,    -- the id in sso_sessions, which token_families name too
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    name BYTEA NOT NULL,                 -- keyed hash of the provider, its generation and the NameID
    session_index BYTEA,                 -- keyed hash of the SessionIndex too; NULL if the assertion had none
    expires_at BIGINT NOT NULL,          -- of the browser's session: after that it is kept while there are tokens
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX saml_sessions_by_name ON saml_sessions (pool_id, name);
CREATE INDEX saml_sessions_by_user ON saml_sessions (pool_id, username);
CREATE INDEX saml_sessions_by_expiry ON saml_sessions (expires_at);
