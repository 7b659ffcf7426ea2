-- When a signing key begins to sign: a new one is published some time before.
ALTER TABLE signing_keys ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 0;
UPDATE signing_keys SET starts_at = created_at;
