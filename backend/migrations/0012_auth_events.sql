-- What happened at sign-ins, sign-ups and changes of passwords, in pools that ask for it.
CREATE TABLE IF NOT EXISTS auth_events (
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
CREATE INDEX auth_events_by_time ON auth_events (created_at);
