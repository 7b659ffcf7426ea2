//! `DescribeLogin`: an operation of the login domain that the JSON API does not have.
//!
//! It tells what anybody may know who has the app's link; about a person only what the browser's own session is
//! about, masked, where that is asked.

use serde::Serialize;

use super::{Answer, reply};
use crate::app::AppState;
use crate::branding::look;
use crate::branding::record::Record;
use crate::branding::terms::Terms;
use crate::error::{ApiError, ErrorType};
use crate::identity_providers::{self, IdentityProvider};
use crate::migration;
use crate::oauth::{Asked, LoginTransaction};
use crate::pools::{Client, IdentifierAttribute, Pool, PoolSettings};

/// The path of the inbox. Whether a request may see it is decided there.
pub(super) const INBOX: &str = "/_cognate/inbox";

/// What the pages need to know to show themselves.
pub(super) async fn describe_login(
    state: &AppState,
    transaction: &LoginTransaction,
    question: &Asked,
) -> Answer {
    let (settings, request) = (&transaction.pool.settings, &transaction.request);
    let names = |attributes: &[IdentifierAttribute]| -> Vec<&'static str> {
        attributes
            .iter()
            .map(|attribute| attribute.name())
            .collect()
    };
    let username_attributes = names(settings.username_attributes());
    let asked = settings.schema().iter().filter(|attribute| {
        (attribute.required || gets_the_code(settings, &attribute.name))
            && attribute.name != "sub"
            && !username_attributes.contains(&attribute.name.as_str())
    });
    let attributes = asked
        .map(|attribute| {
            let bounds = attribute.string_attribute_constraints.as_ref();
            let bound = |text: Option<&String>| text.and_then(|text| text.parse().ok());
            AskedAttribute {
                name: &attribute.name,
                required: true,
                data_type: &attribute.attribute_data_type,
                min_length: bound(bounds.and_then(|bounds| bounds.min_length.as_ref())),
                max_length: bound(bounds.and_then(|bounds| bounds.max_length.as_ref())),
            }
        })
        .collect();
    let (pool, client) = (&transaction.pool, &transaction.client.id);
    let look = look::of_client(state, pool, client).await?;
    let terms = Record::<Terms>::of(state, pool, Some(client)).await?;
    let policy = settings.password_policy();
    let all = providers(state, &transaction.pool, &transaction.client).await?;
    reply(&Description {
        client_name: &transaction.client.name,
        user_pool_id: &transaction.pool.id,
        expires_at: transaction.expires_at,
        login_hint: request.login_hint.as_deref(),
        lang: request.lang.as_deref(),
        username_attributes,
        alias_attributes: names(settings.alias_attributes()),
        sign_up: SignUpDescription {
            allowed: !settings.allows_admin_create_user_only(),
            attributes,
        },
        only_providers: !transaction.client.settings.oauth.supports_pool_users(),
        by_identifier: all.iter().any(has_domain),
        providers: listed(all),
        password_policy: PolicyDescription {
            minimum_length: policy.minimum_length,
            require_uppercase: policy.require_uppercase,
            require_lowercase: policy.require_lowercase,
            require_numbers: policy.require_numbers,
            require_symbols: policy.require_symbols,
        },
        code_delivery: code_delivery(settings),
        sends_password: sends_password(state, &transaction.pool).then_some(true),
        account: question.account.as_deref(),
        scopes: question
            .scopes
            .as_ref()
            .map(|scopes| scopes.split(' ').collect()),
        style: (!look.palette.is_empty()).then(|| look::style_path(client, look.version)),
        logo: look
            .logo
            .is_some()
            .then(|| look::logo_path(client, look.version)),
        links: terms.iter().flat_map(links).collect(),
        inbox: state.is_local.then_some(INBOX),
    })
}

/// Whether the page sends the password as it is: where people of another directory are taken over, and nobody between reads it.
fn sends_password(state: &AppState, pool: &Pool) -> bool {
    migration::is_on(pool) && (state.is_local || state.public_url.starts_with("https://"))
}

fn links(stored: &Record<Terms>) -> impl Iterator<Item = LinkDescription<'_>> {
    stored.content.shown().map(|(lang, url)| LinkDescription {
        name: &stored.content.terms_name,
        lang,
        url,
    })
}

/// Where people choose a user name, an address that is verified must be asked for, too: without one
/// nobody gets a code.
fn gets_the_code(settings: &PoolSettings, name: &str) -> bool {
    settings.username_attributes().is_empty()
        && settings
            .auto_verified_attributes()
            .iter()
            .any(|attribute| attribute.name() == name)
}

/// How a sign-up's code may travel.
fn code_delivery(settings: &PoolSettings) -> Vec<&'static str> {
    let verified = settings.auto_verified_attributes().iter();
    verified
        .map(|attribute| match attribute {
            IdentifierAttribute::PhoneNumber => "SMS",
            IdentifierAttribute::Email | IdentifierAttribute::PreferredUsername => "EMAIL",
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description<'a> {
    client_name: &'a str,
    /// SRP proves a password for one pool, whose name is hashed with it.
    user_pool_id: &'a str,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    username_attributes: Vec<&'static str>,
    alias_attributes: Vec<&'static str>,
    sign_up: SignUpDescription<'a>,
    /// Whether nobody signs in as a user of the pool, with its password.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    only_providers: bool,
    /// The other providers that people may sign in with, but for those that are found by an address: which organisations
    /// use an app is not everybody's business.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    providers: Vec<Listed>,
    /// Whether there are some that are found by the addresses of their people.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_identifier: bool,
    password_policy: PolicyDescription,
    code_delivery: Vec<&'static str>,
    /// Whether passwords are sent, so that the trigger `UserMigration` can ask another directory for them, not proved by
    /// SRP.
    #[serde(skip_serializing_if = "Option::is_none")]
    sends_password: Option<bool>,
    /// Who is signed in here, masked, where the person is asked whether they go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    /// What the app asks for, where the person is asked whether it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'a str>>,
    /// The stylesheet with the client's colours.
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<String>,
    /// The client's logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<String>,
    /// Terms of use and privacy policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkDescription<'a>>,
    /// Where messages are read, on the developer's own machine only.
    #[serde(skip_serializing_if = "Option::is_none")]
    inbox: Option<&'static str>,
}

/// The client's other providers, in its order.
async fn providers(
    state: &AppState,
    pool: &Pool,
    client: &Client,
) -> Result<Vec<IdentityProvider>, ApiError> {
    let mut providers = Vec::new();
    for name in client.settings.oauth.other_providers() {
        match identity_providers::find(state, pool, name).await {
            // Deleted since.
            Err(error) if error.code == ErrorType::ResourceNotFound => {}
            found => providers.push(found?),
        }
    }
    Ok(providers)
}

/// Whether one of its identifiers is the domain of its people's addresses. Others are for apps' links.
fn has_domain(provider: &IdentityProvider) -> bool {
    let identifiers = provider.settings.idp_identifiers.iter().flatten();
    identifiers
        .into_iter()
        .any(|identifier| identifier.contains('.'))
}

fn listed(providers: Vec<IdentityProvider>) -> Vec<Listed> {
    let listed = providers.into_iter();
    listed
        .filter(|provider| !has_domain(provider))
        .map(|provider| Listed {
            kind: provider.kind.name(),
            name: provider.name,
        })
        .collect()
}

/// The client's other providers that pages list.
pub(super) async fn linkable(
    state: &AppState,
    pool: &Pool,
    client: &Client,
) -> Result<Vec<Listed>, ApiError> {
    providers(state, pool, client).await.map(listed)
}

/// A provider, as pages list it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    name: String,
    #[serde(rename = "Type")]
    kind: &'static str,
}

/// A link in one language; without one, in all that have none of their own.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LinkDescription<'a> {
    name: &'a str,
    lang: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SignUpDescription<'a> {
    allowed: bool,
    attributes: Vec<AskedAttribute<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AskedAttribute<'a> {
    name: &'a str,
    required: bool,
    data_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDescription {
    minimum_length: u32,
    require_uppercase: bool,
    require_lowercase: bool,
    require_numbers: bool,
    require_symbols: bool,
}
