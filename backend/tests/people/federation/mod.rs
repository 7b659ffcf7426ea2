//! Signing in with another identity provider, from the app's link to its tokens.

mod account_page;
mod account_proof;
mod endings;
mod events;
mod local;
mod own_address;
mod people;
mod proofs;
mod provider;
mod refusals;
mod saml;
mod social;

use serde_json::{Value, json};
use url::Url;

use crate::browser::{App, Browser, CALLBACK, location};
use crate::person::{POOL, claims};
use crate::support::{Answer, Backend};
use provider::Provider;

/// The demo pool with the provider `Acme`, and an app whose people may come from there.
pub(crate) struct Federation {
    pub(crate) backend: Backend,
    pub(crate) provider: Provider,
    pub(crate) app: App,
    pub(crate) browser: Browser,
}

impl Federation {
    pub(crate) async fn start() -> Self {
        Self::start_with(json!({}), json!(["COGNITO", "Acme"])).await
    }

    /// With more details of the provider, and these providers of the client.
    pub(crate) async fn start_with(details: Value, supported: Value) -> Self {
        Self::start_on(Backend::start().await, details, supported).await
    }

    pub(crate) async fn start_on(backend: Backend, details: Value, supported: Value) -> Self {
        let provider = Provider::start(backend.clock.now()).await;
        let mut all = json!({
            "client_id": "us", "client_secret": "s/e cret", "authorize_scopes": "openid email",
            "oidc_issuer": provider.issuer, "attributes_request_method": "GET",
        });
        for (name, value) in details.as_object().unwrap() {
            all[name] = value.clone();
        }
        let created = json!({
            "UserPoolId": POOL, "ProviderName": "Acme", "ProviderType": "OIDC",
            "ProviderDetails": all,
            "AttributeMapping": { "email": "email", "name": "name" },
            "IdpIdentifiers": ["acme.example"],
        });
        backend.admin("CreateIdentityProvider", created).await.ok();
        let client = json!({
            "UserPoolId": POOL, "ClientName": "federated", "SupportedIdentityProviders": supported,
            "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
            "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK],
        });
        let client = backend.admin("CreateUserPoolClient", client).await.ok();
        let app = App::of(client["UserPoolClient"]["ClientId"].as_str().unwrap());
        Self {
            backend,
            provider,
            app,
            browser: Browser::default(),
        }
    }

    /// The app sends the person to the provider: the address there.
    pub(crate) async fn leave(&mut self) -> Url {
        let app = self.app.clone().with("identity_provider", "Acme");
        location(&self.browser.open(&self.backend, &app.authorize()).await)
    }

    /// The whole way, up to where the browser goes after the provider's answer.
    pub(crate) async fn sign_in(&mut self) -> Url {
        let there = self.leave().await;
        let back = self.provider.answer(&there);
        location(&self.open(&back).await)
    }

    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        self.browser.open(&self.backend, path).await
    }

    /// The claims of the ID token that the app gets for the code of this address.
    pub(crate) async fn id_claims(&self, back: &Url) -> Value {
        let tokens = self.app.redeem(&self.backend, back).await.ok();
        claims(&tokens["id_token"])
    }

    pub(crate) async fn user(&self, username: &str) -> Value {
        let body = json!({ "UserPoolId": POOL, "Username": username });
        self.backend.admin("AdminGetUser", body).await.ok()
    }
}
