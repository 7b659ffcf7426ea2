//! A sign-in under way on the login domain: one request for authorization, in one browser.
//!
//! # Security model
//! The id is in the page's address and in the cookie's name; it opens nothing. The cookie's value is
//! the secret: 256 bits, `HttpOnly`. Whoever has a link, a screenshot or a log has no cookie. The row
//! decides about everything; the page's query is for display. A row is consumed by deleting it.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::AuthorizationRequest;
use super::standing::Standing;
use crate::app::AppState;
use crate::client_metadata::Sent;
use crate::error::ApiError;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{self, Client, Pool};
use crate::seal::Place;
use crate::sign_in::{Origin, Through};
use crate::store::LoginTransactionRow;

/// How long a sign-in may take, in seconds.
pub const TRANSACTION_SECONDS: i64 = 15 * 60;

/// A transaction that is under way in the browser that asks.
pub struct LoginTransaction {
    /// The id, which the page's address has.
    pub id: String,
    /// The pool.
    pub pool: Pool,
    /// The app client.
    pub client: Client,
    /// What the app asked for.
    pub request: AuthorizationRequest,
    /// Seconds since 1970.
    pub expires_at: i64,
    pub(super) standing: Standing,
    cookie: Vec<u8>,
    /// The row's content, as it was read.
    sealed: Vec<u8>,
}

/// A transaction that was begun just now.
#[derive(Debug)]
pub struct NewTransaction {
    /// The id. Later ones sort behind earlier ones.
    pub id: String,
    /// The cookie's value.
    pub secret: OpaqueSecret,
}

impl LoginTransaction {
    /// A new id. Later ones sort behind earlier ones.
    pub(super) fn new_id() -> String {
        Uuid::now_v7().simple().to_string()
    }

    /// Stores a request under a new id.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub(super) async fn begin(
        state: &AppState,
        client: &Client,
        request: AuthorizationRequest,
        standing: Standing,
        id: String,
    ) -> Result<NewTransaction, ApiError> {
        let secret = OpaqueSecret::draw()?;
        let content = Content {
            cookie: secret.hash(),
            client_id: client.id.clone(),
            request,
            standing,
        };
        let json = serde_json::to_vec(&content).map_err(|error| ApiError::internal(&error))?;
        let row = LoginTransactionRow {
            content: state.sealer.seal(place(&id, &client.pool_id), &json)?,
            id: id.clone(),
            pool_id: client.pool_id.clone(),
            client_id: client.id.clone(),
            expires_at: state.clock.now() + TRANSACTION_SECONDS,
        };
        state.store.insert_login_transaction(&row).await?;
        Ok(NewTransaction { id, secret })
    }

    /// The transaction with this id, for the browser that brings its cookie.
    ///
    /// # Errors
    /// `LoginTransactionNotFoundException`, in the same words whether there is no cookie, it is
    /// another's, or the transaction is unknown, expired or consumed.
    pub async fn find(
        state: &AppState,
        id: &str,
        secret: Option<&OpaqueSecret>,
    ) -> Result<Self, ApiError> {
        let secret = secret.ok_or_else(not_found)?;
        let transaction = Self::of_nobody_yet(state, id).await?;
        let is_its = transaction.cookie.ct_eq(&secret.hash());
        bool::from(is_its)
            .then_some(transaction)
            .ok_or_else(not_found)
    }

    /// The transaction with this id, whoever asks: for what a browser cannot bring its cookie to, and completes
    /// nothing.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub(super) async fn of_nobody_yet(state: &AppState, id: &str) -> Result<Self, ApiError> {
        let row = state.store.login_transaction(id).await?;
        let row = row
            .filter(|row| row.expires_at > state.clock.now())
            .ok_or_else(not_found)?;
        let json = state
            .sealer
            .open(place(&row.id, &row.pool_id), &row.content)?;
        let content: Content =
            serde_json::from_slice(&json).map_err(|error| ApiError::internal(&error))?;
        let (pool, client) = pools::find_client_of(state, &row.pool_id, &content.client_id).await?;
        Ok(Self {
            id: row.id,
            pool,
            client,
            request: content.request,
            standing: content.standing,
            cookie: content.cookie,
            sealed: row.content,
            expires_at: row.expires_at,
        })
    }

    /// Writes down how far it has come.
    ///
    /// # Errors
    /// `LoginTransactionNotFoundException` if it has ended, or another request has brought it further.
    pub(super) async fn advance(
        &self,
        state: &AppState,
        standing: Standing,
    ) -> Result<(), ApiError> {
        self.replace(state, standing).await.map(drop)
    }

    /// The same, for who goes on with it.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub(super) async fn advanced(
        self,
        state: &AppState,
        standing: Standing,
    ) -> Result<Self, ApiError> {
        let sealed = self.replace(state, standing.clone()).await?;
        Ok(Self {
            standing,
            sealed,
            ..self
        })
    }

    async fn replace(&self, state: &AppState, standing: Standing) -> Result<Vec<u8>, ApiError> {
        let content = Content {
            cookie: self.cookie.clone(),
            client_id: self.client.id.clone(),
            request: self.request.clone(),
            standing,
        };
        let json = serde_json::to_vec(&content).map_err(|error| ApiError::internal(&error))?;
        let username = content.standing.proved_username();
        let new = state.sealer.seal(place(&self.id, &self.pool.id), &json)?;
        let is_replaced = state
            .store
            .replace_login_transaction(&self.id, &self.sealed, new.clone(), username)
            .await?;
        is_replaced.then_some(new).ok_or_else(not_found)
    }

    /// The client that signs people in here.
    #[must_use]
    pub fn through(&self) -> Through<'_> {
        Through {
            pool: &self.pool,
            client: &self.client,
            origin: Origin::Login(&self.id),
            device: None,
            sent: Sent::default(),
        }
    }
}

impl fmt::Debug for LoginTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginTransaction")
            .field("id", &self.id)
            .field("client", &self.client.id)
            .finish_non_exhaustive()
    }
}

/// `LoginTransactionNotFoundException`
pub(super) fn not_found() -> ApiError {
    ApiError::login_transaction_not_found(
        "This sign-in has ended or belongs to another browser. Start again from the app.",
    )
}

#[derive(Serialize, Deserialize)]
struct Content {
    cookie: Vec<u8>,
    client_id: String,
    request: AuthorizationRequest,
    #[serde(default)]
    standing: Standing,
}

fn place<'a>(id: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "login_transactions",
        column: "content",
        row: id,
        pool,
    }
}
