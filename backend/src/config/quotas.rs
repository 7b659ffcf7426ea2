//! How many of a thing there may be. The defaults are the published quotas of the service,
//! where it publishes one.

use serde::Deserialize;

/// The section `[quotas]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quotas {
    /// User pools. Default 1,000.
    pub user_pools: i64,
    /// App clients of a pool. Default 1,000.
    pub clients_per_pool: i64,
    /// Custom attributes of a pool. Default 50.
    pub custom_attributes_per_pool: usize,
    /// Groups of a pool. Default 10,000.
    pub groups_per_pool: i64,
    /// Groups a user is in. Default 100.
    pub groups_per_user: i64,
    /// Resource servers of a pool. Default 25.
    pub resource_servers_per_pool: i64,
    /// Identity providers of a pool. Default 300.
    pub identity_providers_per_pool: i64,
    /// Users of other providers that are linked to one user. Default 5.
    pub linked_identities_per_user: usize,
    /// Import jobs of a pool. Default 1,000.
    pub import_jobs_per_pool: i64,
    /// Bytes of a file of users. Default 100 MB.
    pub import_file_bytes: usize,
    /// Users of a file. Default 500,000.
    pub import_users_per_file: usize,
    /// Rows of a file that are stored together: what a stop or a restart undoes at most, and for how long other
    /// writers wait, about a second for 3,000. Default 5,000.
    pub import_rows_per_batch: std::num::NonZeroUsize,
    /// Tags of a pool. Default 50.
    pub tags_per_pool: usize,
    /// Identity pools. Default 1,000.
    pub identity_pools: i64,
    /// Clients of user pools that an identity pool takes. Default 50.
    pub user_pools_per_identity_pool: usize,
    /// Rules of a provider's role mapping. Default 25.
    pub rules_per_role_mapping: usize,
    /// Logins of an identity. Default 20.
    pub logins_per_identity: usize,
    /// Confirmed devices of a user. Default 100 (`docs/decisions/0027`); the service publishes none.
    pub devices_per_user: i64,
}

/// Source: "Quotas in Amazon Cognito" of the service's developer guide; the number of tags is the one of
/// every taggable resource.
impl Default for Quotas {
    fn default() -> Self {
        Self {
            user_pools: 1000,
            clients_per_pool: 1000,
            custom_attributes_per_pool: 50,
            groups_per_pool: 10_000,
            groups_per_user: 100,
            resource_servers_per_pool: 25,
            identity_providers_per_pool: 300,
            linked_identities_per_user: 5,
            import_jobs_per_pool: 1000,
            import_file_bytes: 100 * 1024 * 1024,
            import_users_per_file: 500_000,
            import_rows_per_batch: const { std::num::NonZeroUsize::new(5000).unwrap() },
            tags_per_pool: 50,
            identity_pools: 1000,
            user_pools_per_identity_pool: 50,
            rules_per_role_mapping: 25,
            logins_per_identity: 20,
            devices_per_user: 100,
        }
    }
}
