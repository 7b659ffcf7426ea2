-- Second factors. "sealed" as in 0001.

-- The members of SetUserPoolMfaConfig, JSON. Apart from the pool's other settings, because a start
-- brings those back to what the configuration file says.
ALTER TABLE pools ADD COLUMN mfa TEXT NOT NULL DEFAULT '{}';

-- Answers that were tried for a step of a sign-in.
ALTER TABLE challenges ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;

-- One row per user who ever set up a second factor or chose one.
CREATE TABLE user_factors (
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    choice BYTEA NOT NULL,               -- sealed JSON: which factors are on, which is preferred
    totp BYTEA,                          -- sealed: the secret in use and its device's name
    totp_step BIGINT NOT NULL,           -- the 30 seconds of the newest code that was accepted
    totp_pending BYTEA,                  -- sealed: a secret that waits for its first code
    revision BIGINT NOT NULL,            -- goes up with every change of the row
    PRIMARY KEY (pool_id, username),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
