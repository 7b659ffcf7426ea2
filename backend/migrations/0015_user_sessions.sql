-- Sessions that people see and end one by one. "sealed" as in 0001.

-- The members of SetUserPoolSessionConfiguration, JSON. Apart from the other settings, as those of
-- second factors are.
ALTER TABLE pools ADD COLUMN sessions TEXT NOT NULL DEFAULT '{}';
-- The members of SetUserPoolClientSessionConfiguration, JSON.
ALTER TABLE clients ADD COLUMN sessions TEXT NOT NULL DEFAULT '{}';

-- When the tokens were first given, and when they were last refreshed, as far as the pool tracks that.
ALTER TABLE token_families ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE token_families ADD COLUMN last_active_at BIGINT NOT NULL DEFAULT 0;
UPDATE token_families SET started_at = auth_time, last_active_at = auth_time;
-- The browser's session that it came from: the id in sso_sessions. NULL for the JSON API.
ALTER TABLE token_families ADD COLUMN sso_id TEXT;
-- Sealed: the address it was last used from, where the pool writes events down.
ALTER TABLE token_families ADD COLUMN last_address BYTEA;

-- When the browser's session began, and when this value of it was given.
ALTER TABLE sso_sessions ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sso_sessions ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
UPDATE sso_sessions SET started_at = expires_at - 3600, used_at = expires_at - 3600;

-- What people have let apps have, where apps ask.
CREATE TABLE consents (
    pool_id TEXT NOT NULL,
    username TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,                -- separated by spaces
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, username, client_id),
    FOREIGN KEY (pool_id, username) REFERENCES users (pool_id, username) ON DELETE CASCADE
);
CREATE INDEX consents_by_client ON consents (client_id);
