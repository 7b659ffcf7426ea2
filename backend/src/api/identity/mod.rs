//! The identity pools JSON API: one table of operations.

mod credentials;
mod developers;
mod identities;
mod pools;
mod principal_tags;
mod roles;
mod tags;

use super::{Operation, operations};

/// Every operation on identity pools, in the order of the contract.
pub static OPERATIONS: &[Operation] = operations! { IdentityPools:
    GetId, Public, identities::get_id;
    GetCredentialsForIdentity, Public, credentials::get_credentials_for_identity;
    GetOpenIdToken, Public, credentials::get_open_id_token;
    UnlinkIdentity, Public, identities::unlink_identity;
    GetOpenIdTokenForDeveloperIdentity, SigV4, developers::get_open_id_token_for_developer_identity;
    LookupDeveloperIdentity, SigV4, developers::lookup_developer_identity;
    MergeDeveloperIdentities, SigV4, developers::merge_developer_identities;
    UnlinkDeveloperIdentity, SigV4, developers::unlink_developer_identity;
    CreateIdentityPool, SigV4, pools::create_identity_pool;
    UpdateIdentityPool, SigV4, pools::update_identity_pool;
    DeleteIdentityPool, SigV4, pools::delete_identity_pool;
    DescribeIdentityPool, SigV4, pools::describe_identity_pool;
    ListIdentityPools, SigV4, pools::list_identity_pools;
    ListIdentities, SigV4, identities::list_identities;
    DescribeIdentity, SigV4, identities::describe_identity;
    DeleteIdentities, SigV4, identities::delete_identities;
    GetIdentityPoolRoles, SigV4, roles::get_identity_pool_roles;
    SetIdentityPoolRoles, SigV4, roles::set_identity_pool_roles;
    GetPrincipalTagAttributeMap, SigV4, principal_tags::get_principal_tag_attribute_map;
    SetPrincipalTagAttributeMap, SigV4, principal_tags::set_principal_tag_attribute_map;
    TagResource, SigV4, tags::tag_resource;
    UntagResource, SigV4, tags::untag_resource;
    ListTagsForResource, SigV4, tags::list_tags_for_resource;
};
