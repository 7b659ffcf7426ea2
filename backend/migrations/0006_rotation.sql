-- What took the place of a refresh token that was rotated away: the hash of its successor, or of the one
-- that a repeated request got instead.
ALTER TABLE refresh_tokens ADD COLUMN replaced_by BYTEA;
