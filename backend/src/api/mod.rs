//! The JSON APIs: a table of operations for user pools, and one for identity pools (`identity`).
//!
//! A request names its operation. Its body is checked against the contract's shape of that
//! operation, deserialised, and handed to a function
//! `async fn(&AppState, &Caller, T) -> Result<R, ApiError>`. [`login`] has the operations of the login
//! domain. Nothing here knows HTTP.

mod account;
pub mod account_page;
mod admin_users;
mod administered;
mod attribute;
mod audited;
mod auth_events;
mod authentication_result;
mod branding;
mod client_secrets;
mod client_token;
mod clients;
pub mod coverage;
mod describe_login;
mod devices;
mod domains;
mod groups;
pub mod identity;
mod identity_providers;
mod kept_settings;
pub mod login;
mod mfa;
mod page;
mod passkeys;
mod password;
mod pools;
mod requests;
mod resource_servers;
mod secret;
mod session;
mod sign_in;
mod sign_up;
mod tags;
mod terms;
mod user_import;
mod user_sessions;

use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{AppState, Caller};
use crate::contract::{self, Service};
use crate::error::ApiError;
use administered::Administered;
use audited::Seen;

/// What a request must bring to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Nothing, or a token in the body, which the operation itself checks.
    Public,
    /// An administrator's signature (AWS Signature Version 4).
    SigV4,
}

/// An operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// Whose API it is of.
    pub service: Service,
    /// Its name, as in `X-Amz-Target`.
    pub name: &'static str,
    /// Who may call it.
    pub auth: Auth,
    handler: Handler,
}

type Handler = for<'a> fn(
    &'a AppState,
    &'a Caller,
    Value,
) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

type Answer = Result<Vec<u8>, ApiError>;

/// The table of a service; a row: name, who may call it, the function.
macro_rules! operations {
    ($service:ident: $($name:ident, $auth:ident, $function:path;)*) => {
        &[$($crate::api::Operation {
            service: $crate::contract::Service::$service,
            name: stringify!($name),
            auth: $crate::api::Auth::$auth,
            handler: |state, caller, body| Box::pin(async move {
                let service = $crate::contract::Service::$service;
                let request = $crate::api::request(service, stringify!($name), body)?;
                $crate::api::reply(&$function(state, caller, request).await?)
            }),
        },)*]
    };
}
use operations;

/// Every operation on user pools. Keep it in the order of the contract's groups.
pub static OPERATIONS: &[Operation] = operations! { UserPools:
    SignUp, Public, sign_up::sign_up;
    ConfirmSignUp, Public, sign_up::confirm_sign_up;
    ResendConfirmationCode, Public, sign_up::resend_confirmation_code;
    ForgotPassword, Public, password::forgot_password;
    ConfirmForgotPassword, Public, password::confirm_forgot_password;
    InitiateAuth, Public, sign_in::initiate_auth;
    RespondToAuthChallenge, Public, sign_in::respond_to_auth_challenge;
    GetTokensFromRefreshToken, Public, session::get_tokens_from_refresh_token;
    RevokeToken, Public, session::revoke_token;
    GetUser, Public, account::get_user;
    UpdateUserAttributes, Public, account::update_user_attributes;
    DeleteUserAttributes, Public, account::delete_user_attributes;
    VerifyUserAttribute, Public, account::verify_user_attribute;
    GetUserAttributeVerificationCode, Public, account::get_user_attribute_verification_code;
    ChangePassword, Public, password::change_password;
    DeleteUser, Public, account::delete_user;
    GlobalSignOut, Public, session::global_sign_out;
    AssociateSoftwareToken, Public, mfa::associate_software_token;
    VerifySoftwareToken, Public, mfa::verify_software_token;
    SetUserMFAPreference, Public, mfa::set_user_mfa_preference;
    SetUserSettings, Public, mfa::set_user_settings;
    GetUserAuthFactors, Public, mfa::get_user_auth_factors;
    StartWebAuthnRegistration, Public, passkeys::start_web_authn_registration;
    CompleteWebAuthnRegistration, Public, passkeys::complete_web_authn_registration;
    ListWebAuthnCredentials, Public, passkeys::list_web_authn_credentials;
    DeleteWebAuthnCredential, Public, passkeys::delete_web_authn_credential;
    ConfirmDevice, Public, devices::confirm_device;
    GetDevice, Public, devices::get_device;
    ListDevices, Public, devices::list_devices;
    ForgetDevice, Public, devices::forget_device;
    UpdateDeviceStatus, Public, devices::update_device_status;
    ListUserSessions, Public, user_sessions::list_user_sessions;
    RevokeUserSession, Public, user_sessions::revoke_user_session;
    AdminInitiateAuth, SigV4, sign_in::admin_initiate_auth;
    AdminRespondToAuthChallenge, SigV4, sign_in::admin_respond_to_auth_challenge;
    AdminAddUserToGroup, SigV4, groups::admin_add_user_to_group;
    AdminConfirmSignUp, SigV4, admin_users::admin_confirm_sign_up;
    AdminCreateUser, SigV4, admin_users::admin_create_user;
    AdminDeleteSoftwareToken, SigV4, mfa::admin_delete_software_token;
    AdminDeleteUser, SigV4, admin_users::admin_delete_user;
    AdminDeleteUserAttributes, SigV4, admin_users::admin_delete_user_attributes;
    AdminDisableProviderForUser, SigV4, admin_users::admin_disable_provider_for_user;
    AdminDisableUser, SigV4, admin_users::admin_disable_user;
    AdminEnableUser, SigV4, admin_users::admin_enable_user;
    AdminForgetDevice, SigV4, devices::admin_forget_device;
    AdminGetDevice, SigV4, devices::admin_get_device;
    AdminGetUser, SigV4, admin_users::admin_get_user;
    AdminGetUserAuthFactors, SigV4, mfa::admin_get_user_auth_factors;
    AdminLinkProviderForUser, SigV4, admin_users::admin_link_provider_for_user;
    AdminListDevices, SigV4, devices::admin_list_devices;
    AdminListGroupsForUser, SigV4, groups::admin_list_groups_for_user;
    AdminListUserAuthEvents, SigV4, auth_events::admin_list_user_auth_events;
    AdminListUserSessions, SigV4, user_sessions::admin_list_user_sessions;
    AdminRemoveUserFromGroup, SigV4, groups::admin_remove_user_from_group;
    AdminResetUserPassword, SigV4, admin_users::admin_reset_user_password;
    AdminRevokeUserSession, SigV4, user_sessions::admin_revoke_user_session;
    AdminSetUserMFAPreference, SigV4, mfa::admin_set_user_mfa_preference;
    AdminSetUserPassword, SigV4, admin_users::admin_set_user_password;
    AdminSetUserSettings, SigV4, mfa::admin_set_user_settings;
    AdminUpdateAuthEventFeedback, SigV4, auth_events::admin_update_auth_event_feedback;
    AdminUpdateDeviceStatus, SigV4, devices::admin_update_device_status;
    AdminUpdateUserAttributes, SigV4, admin_users::admin_update_user_attributes;
    AdminUserGlobalSignOut, SigV4, admin_users::admin_user_global_sign_out;
    ListUsers, SigV4, admin_users::list_users;
    CreateUserPool, SigV4, pools::create_user_pool;
    DeleteUserPool, SigV4, pools::delete_user_pool;
    DescribeUserPool, SigV4, pools::describe_user_pool;
    GetUserPoolMfaConfig, SigV4, mfa::get_user_pool_mfa_config;
    SetUserPoolMfaConfig, SigV4, mfa::set_user_pool_mfa_config;
    GetUserPoolSessionConfiguration, SigV4, user_sessions::get_user_pool_session_configuration;
    SetUserPoolSessionConfiguration, SigV4, user_sessions::set_user_pool_session_configuration;
    ListUserPools, SigV4, pools::list_user_pools;
    UpdateUserPool, SigV4, pools::update_user_pool;
    AddCustomAttributes, SigV4, pools::add_custom_attributes;
    ListTagsForResource, SigV4, tags::list_tags_for_resource;
    TagResource, SigV4, tags::tag_resource;
    UntagResource, SigV4, tags::untag_resource;
    CreateUserPoolClient, SigV4, clients::create_user_pool_client;
    DeleteUserPoolClient, SigV4, clients::delete_user_pool_client;
    DescribeUserPoolClient, SigV4, clients::describe_user_pool_client;
    ListUserPoolClients, SigV4, clients::list_user_pool_clients;
    UpdateUserPoolClient, SigV4, clients::update_user_pool_client;
    GetUserPoolClientSessionConfiguration, SigV4, user_sessions::get_user_pool_client_session_configuration;
    SetUserPoolClientSessionConfiguration, SigV4, user_sessions::set_user_pool_client_session_configuration;
    AddUserPoolClientSecret, SigV4, client_secrets::add_user_pool_client_secret;
    DeleteUserPoolClientSecret, SigV4, client_secrets::delete_user_pool_client_secret;
    ListUserPoolClientSecrets, SigV4, client_secrets::list_user_pool_client_secrets;
    CreateGroup, SigV4, groups::create_group;
    DeleteGroup, SigV4, groups::delete_group;
    GetGroup, SigV4, groups::get_group;
    ListGroups, SigV4, groups::list_groups;
    ListUsersInGroup, SigV4, groups::list_users_in_group;
    UpdateGroup, SigV4, groups::update_group;
    CreateIdentityProvider, SigV4, identity_providers::create_identity_provider;
    DeleteIdentityProvider, SigV4, identity_providers::delete_identity_provider;
    DescribeIdentityProvider, SigV4, identity_providers::describe_identity_provider;
    GetIdentityProviderByIdentifier, SigV4, identity_providers::get_identity_provider_by_identifier;
    ListIdentityProviders, SigV4, identity_providers::list_identity_providers;
    UpdateIdentityProvider, SigV4, identity_providers::update_identity_provider;
    CreateResourceServer, SigV4, resource_servers::create_resource_server;
    DeleteResourceServer, SigV4, resource_servers::delete_resource_server;
    DescribeResourceServer, SigV4, resource_servers::describe_resource_server;
    ListResourceServers, SigV4, resource_servers::list_resource_servers;
    UpdateResourceServer, SigV4, resource_servers::update_resource_server;
    CreateUserPoolDomain, SigV4, domains::create_user_pool_domain;
    DeleteUserPoolDomain, SigV4, domains::delete_user_pool_domain;
    DescribeUserPoolDomain, SigV4, domains::describe_user_pool_domain;
    UpdateUserPoolDomain, SigV4, domains::update_user_pool_domain;
    CreateManagedLoginBranding, SigV4, branding::create_managed_login_branding;
    CreateTerms, SigV4, terms::create_terms;
    DeleteManagedLoginBranding, SigV4, branding::delete_managed_login_branding;
    DeleteTerms, SigV4, terms::delete_terms;
    DescribeManagedLoginBranding, SigV4, branding::describe_managed_login_branding;
    DescribeManagedLoginBrandingByClient, SigV4, branding::describe_managed_login_branding_by_client;
    DescribeTerms, SigV4, terms::describe_terms;
    DescribeTermsByClient, SigV4, terms::describe_terms_by_client;
    GetUICustomization, SigV4, branding::get_ui_customization;
    ListTerms, SigV4, terms::list_terms;
    SetUICustomization, SigV4, branding::set_ui_customization;
    UpdateManagedLoginBranding, SigV4, branding::update_managed_login_branding;
    UpdateTerms, SigV4, terms::update_terms;
    CreateUserImportJob, SigV4, user_import::create_user_import_job;
    DescribeUserImportJob, SigV4, user_import::describe_user_import_job;
    GetCSVHeader, SigV4, user_import::get_csv_header;
    ListUserImportJobs, SigV4, user_import::list_user_import_jobs;
    StartUserImportJob, SigV4, user_import::start_user_import_job;
    StopUserImportJob, SigV4, user_import::stop_user_import_job;
    DescribeRiskConfiguration, SigV4, kept_settings::describe_risk_configuration;
    GetLogDeliveryConfiguration, SigV4, kept_settings::get_log_delivery_configuration;
    SetLogDeliveryConfiguration, SigV4, kept_settings::set_log_delivery_configuration;
    SetRiskConfiguration, SigV4, kept_settings::set_risk_configuration;
    CreateUserPoolReplica, SigV4, kept_settings::create_user_pool_replica;
    DeleteUserPoolReplica, SigV4, kept_settings::change_user_pool_replica;
    ListUserPoolReplicas, SigV4, kept_settings::list_user_pool_replicas;
    UpdateUserPoolReplica, SigV4, kept_settings::change_user_pool_replica;
    GetProvisionedLimit, SigV4, kept_settings::provisioned_limit;
    UpdateProvisionedLimit, SigV4, kept_settings::provisioned_limit;
    GetClientToken, SigV4, client_token::get_client_token;
    GetDerivedToken, SigV4, kept_settings::get_derived_token;
    GetSigningCertificate, SigV4, kept_settings::get_signing_certificate;
    UpdateAuthEventFeedback, Public, kept_settings::update_auth_event_feedback;
};

impl Operation {
    /// The operation that `X-Amz-Target` names: service, point, operation.
    #[must_use]
    pub fn of_target(target: &str) -> Option<&'static Self> {
        let (service, name) = target.split_once('.')?;
        let service = Service::ALL
            .into_iter()
            .find(|known| known.target() == service)?;
        Self::find(service, name)
    }

    /// The operation of a service with this name.
    #[must_use]
    pub fn find(service: Service, name: &str) -> Option<&'static Self> {
        Self::all(service)
            .iter()
            .find(|operation| operation.name == name)
    }

    /// Every operation of a service.
    #[must_use]
    pub fn all(service: Service) -> &'static [Self] {
        match service {
            Service::UserPools => OPERATIONS,
            Service::IdentityPools => identity::OPERATIONS,
        }
    }

    /// Checks the body, runs the operation and gives the answer's JSON.
    ///
    /// # Errors
    /// What the operation refuses with.
    pub async fn call(&self, state: &AppState, caller: &Caller, body: Value) -> Answer {
        let seen = Seen::of(self.name, &body);
        let administered = Administered::of(self, state, caller, &body).await;
        let answer = (self.handler)(state, caller, body).await;
        if let Some(seen) = seen {
            seen.record(state, caller, answer.as_deref());
        }
        if let Some(administered) = administered {
            administered.record(state, answer.as_deref()).await;
        }
        answer
    }
}

/// An answer without members, `{}`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Empty {}

fn request<T: DeserializeOwned>(
    service: Service,
    operation: &str,
    mut body: Value,
) -> Result<T, ApiError> {
    contract::check(service, operation, &mut body)?;
    // Whatever passes the shape and yet does not fit is a body of the wrong form.
    // The reader's own words could repeat a secret value: they are not sent.
    serde_json::from_value(body).map_err(|_| ApiError::serialization("The request does not fit."))
}

fn reply(answer: &impl Serialize) -> Answer {
    serde_json::to_vec(answer).map_err(|error| ApiError::internal(&error))
}
