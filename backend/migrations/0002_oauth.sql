-- The code flow of OAuth 2.0: sign-ins under way on the login domain, codes, single sign-on.
-- Secrets are stored as hashes; what a row decides is sealed and bound to it, so that nobody who can
-- only write to the database makes a code for another user or a transaction for another browser.

CREATE TABLE login_transactions (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    content BYTEA NOT NULL,              -- sealed JSON: the request, and the hash of the cookie's secret
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_transactions_by_expiry ON login_transactions (expires_at);
CREATE INDEX login_transactions_by_client ON login_transactions (client_id);

CREATE TABLE authorization_codes (
    hash BYTEA NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    content BYTEA NOT NULL,              -- sealed JSON: what the code is good for
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT,
    origin_jti TEXT,                     -- the sign-in that its use gave, to be revoked by a second use
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX authorization_codes_by_user ON authorization_codes (pool_id, username);
CREATE INDEX authorization_codes_by_client ON authorization_codes (client_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

-- One row per value of the cookie; the values of one browser's session share the session's id.
CREATE TABLE sso_sessions (
    hash BYTEA NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    content BYTEA NOT NULL,              -- sealed JSON: who signed in, when, with which password
    expires_at BIGINT NOT NULL,
    replaced_at BIGINT,                  -- a newer value was given: good for a short time only
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX sso_sessions_by_id ON sso_sessions (id);
CREATE INDEX sso_sessions_by_user ON sso_sessions (pool_id, username);
CREATE INDEX sso_sessions_by_expiry ON sso_sessions (expires_at);

-- Space-separated; NULL for sign-ins through the JSON API.
ALTER TABLE token_families ADD COLUMN scopes TEXT;
