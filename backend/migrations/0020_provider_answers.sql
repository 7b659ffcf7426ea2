-- What an identity provider let a browser post, until the browser comes again with the login transaction's cookie,
-- which it does not send along with forms of other sites.
CREATE TABLE provider_answers (
    transaction_id TEXT NOT NULL PRIMARY KEY REFERENCES login_transactions (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL,                 -- of the handle in the address
    content BYTEA NOT NULL,              -- sealed form
    expires_at BIGINT NOT NULL
);
