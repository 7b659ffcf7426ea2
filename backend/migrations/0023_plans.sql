-- Statements about one user read that user's rows, however many there are.

-- The steps of a user's sign-ins that wait end with the password.
CREATE INDEX challenges_by_user ON challenges (pool_id, username);

-- With the group's name in it, the index answers alone how many groups a user is in. SQLite took the primary key before, and with
-- it every membership of the pool.
DROP INDEX group_members_by_user;
CREATE INDEX group_members_by_user ON group_members (pool_id, username, group_name);

-- What has expired is looked for every ten minutes, while nobody else can write.
CREATE INDEX codes_by_expiry ON codes (expires_at);
CREATE INDEX token_families_by_expiry ON token_families (expires_at);
