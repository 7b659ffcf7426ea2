-- Devices that people sign in from. "sealed" as in 0001.

-- The device a sign-in came from; a new one has no row in devices before it was confirmed.
ALTER TABLE token_families ADD COLUMN device_key TEXT;
-- The generation of the second factor that the sign-in proved, a keyed hash; NULL if it proved none.
ALTER TABLE token_families ADD COLUMN second_factor BYTEA;

CREATE TABLE devices (
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    device_key TEXT NOT NULL,
    verifier BYTEA NOT NULL,             -- sealed
    salt BYTEA NOT NULL,
    description BYTEA NOT NULL,          -- sealed JSON: its name, and where it was seen last
    remembered BIGINT NOT NULL,
    second_factor BYTEA,                 -- the same, of the last one that was proved from it
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, username, device_key),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
