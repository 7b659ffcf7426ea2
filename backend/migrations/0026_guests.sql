-- When a guest was last seen: NULL for identities that have, or had, a login. Guests who never come back may be forgotten.
ALTER TABLE identities ADD COLUMN guest_seen_at BIGINT;
UPDATE identities SET guest_seen_at = updated_at
WHERE NOT EXISTS (SELECT 1 FROM identity_logins l WHERE l.identity_id = identities.id);
CREATE INDEX identities_by_guest ON identities (guest_seen_at);
