-- Messages on their way. A row is gone when its message was delivered, refused for good, or is too old; until then
-- it is tried again. `content` is sealed.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    content BYTEA NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,      -- milliseconds since 1970
    expires_at BIGINT NOT NULL   -- seconds since 1970
);

CREATE INDEX outbox_due ON outbox (due_at, id);
