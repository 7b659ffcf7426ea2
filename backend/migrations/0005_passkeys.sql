-- Passkeys. "sealed" as in 0001.

CREATE TABLE passkeys (
    pool_id TEXT NOT NULL,
    id BYTEA NOT NULL,                   -- keyed hash of the credential id: one user's only
    username TEXT NOT NULL,
    data BYTEA NOT NULL,                 -- sealed JSON, bound to pool, user and id: public key, counter, what it is called
    created_at BIGINT NOT NULL,          -- milliseconds: the order they are listed in
    revision BIGINT NOT NULL,            -- goes up with every use: the counter never goes back
    PRIMARY KEY (pool_id, id),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX passkeys_of_user ON passkeys (pool_id, username);
