-- Who has proved themselves on a login transaction's page and is asked something: what ends a user's sign-ins ends it.
ALTER TABLE login_transactions ADD COLUMN username TEXT;
CREATE INDEX login_transactions_by_user ON login_transactions (pool_id, username);
