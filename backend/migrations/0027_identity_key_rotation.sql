-- When a key of identities' tokens begins to sign: it is published before.
ALTER TABLE identity_signing_keys ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 0;
UPDATE identity_signing_keys SET starts_at = created_at;
