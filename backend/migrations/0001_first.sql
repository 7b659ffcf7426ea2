-- The whole first schema. Portable types only, so that one text serves SQLite and PostgreSQL:
-- TEXT, BIGINT (also for flags and for times, in seconds since 1970) and BYTEA.
-- "sealed" columns are encrypted by the sealer and bound to table, column, row and pool.

CREATE TABLE pools (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,              -- JSON, as DescribeUserPool answers it
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,              -- JSON, without the secret
    secret BYTEA,                        -- sealed
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX clients_by_pool ON clients (pool_id, id);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    token_use TEXT NOT NULL,             -- 'id' or 'access'
    private_key BYTEA NOT NULL,          -- sealed, PKCS #8
    created_at BIGINT NOT NULL
);
CREATE INDEX signing_keys_by_pool ON signing_keys (pool_id);

CREATE TABLE users (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    sub TEXT NOT NULL,
    status TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    attributes BYTEA NOT NULL,           -- sealed JSON
    verifier BYTEA,                      -- sealed
    salt BYTEA,
    verifier_version BIGINT NOT NULL,
    password_set_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,            -- goes up with every change of the row
    PRIMARY KEY (pool_id, username)
);

-- How a user is found: one row per user name, sub, e-mail address or phone number.
CREATE TABLE user_lookups (
    pool_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash BYTEA NOT NULL,                 -- keyed
    username TEXT NOT NULL,
    PRIMARY KEY (pool_id, kind, hash),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX user_lookups_by_user ON user_lookups (pool_id, username);

-- One row per sign-in: every token that comes from it carries its origin_jti.
CREATE TABLE token_families (
    origin_jti TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    username TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX token_families_by_user ON token_families (pool_id, username);
CREATE INDEX token_families_by_client ON token_families (client_id);

CREATE TABLE refresh_tokens (
    hash BYTEA NOT NULL PRIMARY KEY,
    origin_jti TEXT NOT NULL REFERENCES token_families (origin_jti) ON DELETE CASCADE,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    retired_at BIGINT                    -- rotated away: usable for the grace period only
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (origin_jti);

-- One-time codes. A newer code of the same purpose replaces the older one.
-- No foreign key: unknown users get decoy rows, so that both cost the same.
CREATE TABLE codes (
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    purpose TEXT NOT NULL,
    hmac BYTEA NOT NULL,
    destination BYTEA,                   -- sealed
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, username, purpose)
);

CREATE TABLE challenges (
    id BYTEA NOT NULL PRIMARY KEY,       -- hash of the handle the client holds
    pool_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    username TEXT NOT NULL,
    name TEXT NOT NULL,
    payload BYTEA NOT NULL,              -- sealed
    expires_at BIGINT NOT NULL,
    spent_at BIGINT
);
CREATE INDEX challenges_by_expiry ON challenges (expires_at);

-- One-time ids that were used (SECRET_BLOCK): kept until they would be refused anyway.
CREATE TABLE spent_ids (
    id BYTEA NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_ids_by_expiry ON spent_ids (expires_at);

-- Wrong passwords and the like; times here are milliseconds since 1970.
CREATE TABLE attempts (
    key_hash BYTEA NOT NULL PRIMARY KEY, -- keyed hash of purpose, pool, user and address
    count BIGINT NOT NULL,
    window_started_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);

CREATE TABLE inbox (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    recipient BYTEA NOT NULL,            -- sealed
    recipient_hash BYTEA NOT NULL,       -- keyed
    subject TEXT NOT NULL,
    body BYTEA NOT NULL,                 -- sealed
    code BYTEA,                          -- sealed
    sent_at BIGINT NOT NULL              -- milliseconds since 1970, to keep the order
);
CREATE INDEX inbox_by_time ON inbox (sent_at);
CREATE INDEX inbox_by_recipient ON inbox (recipient_hash, sent_at);
