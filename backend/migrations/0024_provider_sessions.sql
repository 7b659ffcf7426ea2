-- What came by another identity provider ends with the link to the person there, and with the provider.

-- Changes when somebody else answers for the provider's people from now on: what was begun before counts no more.
ALTER TABLE identity_providers ADD COLUMN generation TEXT NOT NULL DEFAULT '';

-- The provider that vouched for the person; NULL for the pool itself.
ALTER TABLE sso_sessions ADD COLUMN provider TEXT;
ALTER TABLE authorization_codes ADD COLUMN provider TEXT;
ALTER TABLE token_families ADD COLUMN provider TEXT;
CREATE INDEX sso_sessions_by_provider ON sso_sessions (pool_id, provider) WHERE provider IS NOT NULL;
CREATE INDEX authorization_codes_by_provider ON authorization_codes (pool_id, provider) WHERE provider IS NOT NULL;
CREATE INDEX token_families_by_provider ON token_families (pool_id, provider) WHERE provider IS NOT NULL;

-- Of the rows that are there nobody can say by which provider they came: who may have come by one signs in again.
DELETE FROM sso_sessions;
DELETE FROM authorization_codes WHERE redeemed_at IS NULL;
UPDATE token_families SET revoked_at = started_at WHERE revoked_at IS NULL AND EXISTS
    (SELECT 1 FROM users u WHERE u.pool_id = token_families.pool_id AND u.username = token_families.username
     AND u.status = 'EXTERNAL_PROVIDER');
