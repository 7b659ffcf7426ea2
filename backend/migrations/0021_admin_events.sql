-- What administrators changed, in pools that ask for events. Of pools and users that may be gone: no foreign keys.
CREATE TABLE admin_events (
    id TEXT NOT NULL PRIMARY KEY,        -- its beginning is the time: ids are in the order of events
    pool_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    sub TEXT,                            -- of the user it was about, if of one
    outcome TEXT NOT NULL,               -- ok, or the name of the error
    created_at BIGINT NOT NULL
);
CREATE INDEX admin_events_by_pool ON admin_events (pool_id, id);
CREATE INDEX admin_events_by_time ON admin_events (created_at);
