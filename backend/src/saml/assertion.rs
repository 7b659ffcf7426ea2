//! What a provider says of a person, after everything about it held.

use std::collections::BTreeMap;

use saml_rs::SsoSession;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{SKEW_SECONDS, SamlError};

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// A believed assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Its id: it is good once.
    pub id: String,
    /// Until when its id must be remembered, in seconds since 1970.
    pub expires_at: i64,
    /// The provider's name for itself.
    pub issuer: String,
    /// The provider's name of the person (`NameID`).
    pub subject: String,
    /// The provider's session, for single logout.
    pub session_index: Option<String>,
    /// When the person proved who they are (`AuthnInstant`), seconds since 1970: the earliest, if every statement says it. Many providers
    /// write the time of the response, whatever went before.
    pub proved_at: Option<i64>,
    /// When that session ends (`SessionNotOnOrAfter`), if the provider says, in seconds since 1970.
    pub session_ends_at: Option<i64>,
    /// The request it answers; `None` if it answers none.
    pub in_response_to: Option<String>,
    /// Whether only we could read it.
    pub was_encrypted: bool,
    /// What it says of the person, by the attribute's `Name`.
    pub attributes: BTreeMap<String, Vec<String>>,
}

impl Assertion {
    pub(super) fn read(session: &SsoSession, was_encrypted: bool) -> Result<Self, SamlError> {
        let name = session.name_id();
        let format = name.format().map(|format| format.as_uri());
        let subject = name.value().trim();
        if subject.is_empty() || format == Some(TRANSIENT) {
            return Err(SamlError::Subject);
        }
        let end = session.not_on_or_after().ok_or(SamlError::Time)?;
        let end = OffsetDateTime::parse(end.as_str(), &Rfc3339).map_err(|_| SamlError::Time)?;
        let mut attributes = BTreeMap::<String, Vec<String>>::new();
        for attribute in session.attributes().as_slice() {
            let values = attribute.values().iter();
            let values = values.map(|value| value.as_str().to_owned());
            let name = attribute.name().to_owned();
            attributes.entry(name).or_default().extend(values);
        }
        // Of several sessions none is the one: whichever ends, this ends.
        let index = match session.authn_sessions() {
            [only] => only.session_index(),
            _ => None,
        };
        let proofs = session.authn_sessions().iter().map(|statement| {
            let instant = OffsetDateTime::parse(statement.authn_instant()?.as_str(), &Rfc3339);
            Some(instant.ok()?.unix_timestamp())
        });
        let proofs: Option<Vec<i64>> = proofs.collect();
        let mut session_ends_at = None;
        for statement in session.authn_sessions() {
            if let Some(end) = statement.not_on_or_after() {
                let end = OffsetDateTime::parse(end.as_str(), &Rfc3339);
                let end = end.map_err(|_| SamlError::Time)?.unix_timestamp();
                session_ends_at = Some(session_ends_at.map_or(end, |first: i64| first.min(end)));
            }
        }
        Ok(Self {
            id: session.assertion_id().as_str().to_owned(),
            expires_at: end.unix_timestamp().saturating_add(SKEW_SECONDS),
            issuer: session.issuer().as_str().to_owned(),
            subject: subject.to_owned(),
            session_index: index.map(|index| index.as_str().to_owned()),
            proved_at: proofs.and_then(|proofs| proofs.into_iter().min()),
            session_ends_at,
            in_response_to: session.in_response_to().map(|id| id.as_str().to_owned()),
            was_encrypted,
            attributes,
        })
    }

    /// The attributes as claims: one value is a text, several are a list.
    #[must_use]
    pub fn claims(&self) -> Map<String, Value> {
        let attributes = self.attributes.iter();
        let claims = attributes.map(|(name, values)| {
            let value = match values.as_slice() {
                [value] => json!(value),
                values => json!(values),
            };
            (name.clone(), value)
        });
        claims.collect()
    }
}
