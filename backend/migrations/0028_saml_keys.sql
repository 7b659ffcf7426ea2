-- With what a user pool signs SAML requests and reads what is encrypted for it. Providers pin the certificate by hand.
CREATE TABLE saml_keys (
    pool_id TEXT NOT NULL PRIMARY KEY REFERENCES pools (id) ON DELETE CASCADE,
    private_key BYTEA NOT NULL,          -- sealed, PKCS #8 PEM
    certificate TEXT NOT NULL,           -- X.509 PEM
    created_at BIGINT NOT NULL
);
