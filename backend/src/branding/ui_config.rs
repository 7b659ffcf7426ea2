//! All that a client's pages, or a pool's, are configured with, as one document: what `cognate ui-config` prints and
//! applies.
//!
//! # Limits
//! Brandings and terms are a client's. The classic customisation may be the whole pool's.

use serde::{Deserialize, Serialize};

use super::classic::{self, Customization};
use super::managed::{self, Branding};
use super::record::{Document, Record};
use super::terms::Terms;
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::store::PoolRecordRow;

/// The document. What is not in it, a client that it is applied to does not have any more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiConfig {
    /// The format, for readers of another one: [`UiConfig::FORMAT`].
    pub format: String,
    /// `CreateManagedLoginBranding`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branding: Option<Branding>,
    /// `CreateTerms`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Terms>,
    /// `SetUICustomization`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customization: Option<Customization>,
}

impl UiConfig {
    /// The only format there is.
    pub const FORMAT: &'static str = "cognate-ui-config/1";

    /// What a client has itself, or, without one, the whole pool.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn of(
        state: &AppState,
        pool: &Pool,
        client_id: Option<&str>,
    ) -> Result<Self, ApiError> {
        let branding = match client_id {
            Some(id) => managed::of_client(state, pool, id).await?,
            None => None,
        };
        let terms = Record::of(state, pool, client_id).await?;
        let customization = classic::own(state, pool, client_id).await?;
        Ok(Self {
            format: Self::FORMAT.to_owned(),
            branding: branding.map(|record| record.content),
            terms: terms.into_iter().map(|record| record.content).collect(),
            customization: customization.map(|record| record.content),
        })
    }

    /// Whether it may be applied to a client, or to a whole pool.
    ///
    /// # Errors
    /// `InvalidParameterException`, as the operations would say it.
    pub fn check(&self, is_for_client: bool) -> Result<(), ApiError> {
        let refused = |why: &'static str| Err(ApiError::invalid_parameter(why));
        if self.format != Self::FORMAT {
            return refused("format: this is not a ui-config of this version.");
        }
        if !is_for_client && (self.branding.is_some() || !self.terms.is_empty()) {
            return refused("Branding and terms are a client's: name one.");
        }
        self.branding.as_ref().map_or(Ok(()), Document::check)?;
        self.customization
            .as_ref()
            .map_or(Ok(()), Document::check)?;
        let mut names = Vec::new();
        for terms in &self.terms {
            terms.check()?;
            if !matches!(terms.name(), "terms-of-use" | "privacy-policy") {
                return refused("TermsName: must be terms-of-use or privacy-policy.");
            }
            if terms.terms_source != "LINK" || terms.enforcement != "NONE" {
                return refused("TermsSource must be LINK and Enforcement NONE.");
            }
            if names.contains(&terms.name()) {
                return refused("TermsName: there must be one of each.");
            }
            names.push(terms.name());
        }
        Ok(())
    }

    /// Puts it in the place of all that the client, or without one the whole pool, has itself: all or nothing.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn apply(
        self,
        state: &AppState,
        pool: &Pool,
        client_id: Option<&str>,
    ) -> Result<(), ApiError> {
        self.check(client_id.is_some())?;
        let customization = Vec::from_iter(self.customization);
        let mut rows = successors(state, pool, client_id, Vec::from_iter(self.branding)).await?;
        rows.extend(successors(state, pool, client_id, self.terms).await?);
        for mut row in successors(state, pool, client_id, customization).await? {
            classic::id(client_id).clone_into(&mut row.id);
            rows.push(row);
        }
        let kinds = [Branding::KIND, Terms::KIND, Customization::KIND];
        let store = &state.store;
        store
            .replace_pool_records(&pool.id, client_id, &kinds, &rows)
            .await?;
        Ok(())
    }
}

/// Rows of documents, each under the id of the one before it of its name, if there is one.
async fn successors<T: Document>(
    state: &AppState,
    pool: &Pool,
    client_id: Option<&str>,
    documents: Vec<T>,
) -> Result<Vec<PoolRecordRow>, ApiError> {
    let before = Record::<T>::of(state, pool, client_id).await?;
    let mut rows = Vec::new();
    for document in documents {
        let mut record = Record::new(state, client_id.map(str::to_owned), document)?;
        let same_name = |other: &&Record<T>| other.content.name() == record.content.name();
        if let Some(before) = before.iter().find(same_name) {
            record.id.clone_from(&before.id);
            record.created_at = before.created_at;
        }
        rows.push(record.row(pool)?);
    }
    Ok(rows)
}
