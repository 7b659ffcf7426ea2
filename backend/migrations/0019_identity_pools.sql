-- Identity pools, who is in them, and the keys that their tokens are signed with.
CREATE TABLE identity_pools (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,              -- JSON, the members of IdentityPool but id and name
    roles TEXT NOT NULL,                 -- JSON, Roles and RoleMappings
    tag_maps TEXT NOT NULL,              -- JSON, for each provider UseDefaults and PrincipalTags
    version BIGINT NOT NULL,             -- one more with each change
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES identity_pools (id) ON DELETE CASCADE,
    disabled BIGINT NOT NULL,            -- 1: a guest who became somebody else
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX identities_by_pool ON identities (pool_id, id);

CREATE TABLE identity_logins (
    pool_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    subject BYTEA NOT NULL,              -- keyed hash of the provider's id of a person
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    developer_user BYTEA,                -- sealed; NULL unless the developer's own
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (pool_id, provider, subject)
);
CREATE INDEX identity_logins_by_identity ON identity_logins (identity_id);

CREATE TABLE identity_signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    private_key BYTEA NOT NULL,          -- sealed, PKCS #8
    created_at BIGINT NOT NULL
);
