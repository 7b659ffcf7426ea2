-- The directory beyond users: groups, domains, identity providers; how users are searched
-- for; passwords of before; what happened at sign-ins. "sealed" and "keyed" as in 0001.

CREATE TABLE user_groups (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    role_arn TEXT,
    precedence BIGINT,                   -- the lowest counts most; NULL least
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, name)
);

CREATE TABLE group_members (
    pool_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    username TEXT NOT NULL,
    PRIMARY KEY (pool_id, group_name, username),
    FOREIGN KEY (pool_id, group_name) REFERENCES user_groups (pool_id, name) ON DELETE CASCADE,
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX group_members_by_user ON group_members (pool_id, username);

CREATE TABLE domains (
    domain TEXT NOT NULL PRIMARY KEY,
    -- A pool that has one is not deleted.
    pool_id TEXT NOT NULL REFERENCES pools (id),
    is_custom BIGINT NOT NULL,
    settings TEXT NOT NULL,              -- JSON, members of CreateUserPoolDomain
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- One of a kind per pool.
CREATE UNIQUE INDEX domains_by_pool ON domains (pool_id, is_custom);

CREATE TABLE identity_providers (
    pool_id TEXT NOT NULL REFERENCES pools (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- ProviderType
    details BYTEA NOT NULL,              -- sealed JSON, ProviderDetails: client secrets are among them
    settings TEXT NOT NULL,              -- JSON, the other members
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, name)
);

CREATE TABLE identity_provider_identifiers (
    pool_id TEXT NOT NULL,
    identifier TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (pool_id, identifier),
    FOREIGN KEY (pool_id, name) REFERENCES identity_providers (pool_id, name) ON DELETE CASCADE
);
CREATE INDEX identity_provider_identifiers_by_name ON identity_provider_identifiers (pool_id, name);

-- What administrators search users by, besides what people sign in with: keyed hashes of whole values and of
-- their first letters.
CREATE TABLE user_search (
    pool_id TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- the attribute, and how much of the value the hash is of
    hash BYTEA NOT NULL,                 -- keyed
    username TEXT NOT NULL,
    PRIMARY KEY (pool_id, kind, hash, username),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX user_search_by_user ON user_search (pool_id, username);
-- 0: stored before there was a search; the next start adds the user to it.
ALTER TABLE users ADD COLUMN is_searchable BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_by_status ON users (pool_id, status, username);
CREATE INDEX users_by_enabled ON users (pool_id, enabled, username);
CREATE INDEX users_by_searchable ON users (is_searchable, pool_id, username);

-- Passwords that a user had before, where the pool does not let them come back.
CREATE TABLE password_history (
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    verifier_version BIGINT NOT NULL,
    verifier BYTEA NOT NULL,             -- sealed, for the place in users where it was
    salt BYTEA NOT NULL,
    PRIMARY KEY (pool_id, username, verifier_version),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);

-- What happened at sign-ins, sign-ups and changes of passwords, in pools that ask for it.
CREATE TABLE auth_events (
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    id TEXT NOT NULL,                    -- its beginning is the time: ids are in the order of events
    kind TEXT NOT NULL,                  -- EventType
    response TEXT NOT NULL,              -- Pass, Fail or InProgress
    details BYTEA NOT NULL,              -- sealed JSON: address, challenges
    created_at BIGINT NOT NULL,
    feedback TEXT,                       -- Valid or Invalid
    feedback_by TEXT,
    feedback_at BIGINT,
    PRIMARY KEY (pool_id, username, id),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
