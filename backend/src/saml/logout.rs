//! Single logout (SAML 2.0 profiles, 4.4): the provider's `LogoutRequest` and our answer, our request and the provider's.
//!
//! # Security model
//! - The shape comes first, as with responses: one `LogoutRequest` with one `Issuer` and one `NameID`, a signature only as its
//!   child, nothing in it that could be a second document.
//! - It is signed always: by redirect over the octets of the query, in a form within the document. RSA and SHA-2 only.
//! - It names our address (`Destination`), which names the pool: a request to another pool of the same provider is refused.
//! - It is from now, and good once: the caller keeps [`LogoutRequest::id`] until [`LogoutRequest::expires_at`].
//!
//! # Limits
//! No `EncryptedID`, no SOAP. What we send goes by redirect only, and names the person without `Format` and qualifiers.

use std::time::{Duration, SystemTime};

use base64ct::{Base64, Encoding};
use saml_rs::binding::deflate_raw_decode_with_limit;
use saml_rs::xml::dom::{Node, parse_with_limits};
use saml_rs::{
    BrowserInput, ClockSkew, FormField, LogoutBinding, LogoutSigning, LogoutSubject, MessageId,
    NameId, PendingLogoutRequest, Received, RelayStateParam, ReplayPolicy, RespondSlo,
    SamlValidationContext, SessionIndex, StartSlo, Status,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::document::{LIMITS, LONGEST_MESSAGE, check_logout, decode};
use super::provider::is_safe_address;
use super::{Begun, ProviderMetadata, SKEW_SECONDS, SamlError, ServiceProvider};

/// How old a request may be, in seconds, whatever it says itself: it goes through a browser without a stop.
const OLDEST: i64 = 300;

/// What redirects are signed with.
const ALGORITHMS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
];

/// How a request or an answer came.
#[derive(Debug, Clone, Copy)]
pub enum LogoutMessage<'a> {
    /// The query as it was, with nothing decoded: its octets are signed.
    Redirect(&'a str),
    /// The members of a form.
    Form {
        /// `SAMLRequest` or `SAMLResponse`
        message: &'a str,
        /// `RelayState`
        relay_state: Option<&'a str>,
    },
}

/// A believed request.
#[derive(Debug)]
pub struct LogoutRequest {
    /// Its id: it is good once.
    pub id: String,
    /// Until when its id must be remembered, in seconds since 1970.
    pub expires_at: i64,
    /// The provider's name of the person (`NameID`).
    pub subject: String,
    /// The sessions that end; none for all of the person's.
    pub session_indexes: Vec<String>,
    received: Received<saml_rs::LogoutRequest>,
}

impl LogoutMessage<'_> {
    /// Who says to have sent this request. Nothing is believed by that.
    ///
    /// # Errors
    /// [`SamlError::TooLarge`], [`SamlError::Malformed`], [`SamlError::Wrapped`] for what is no logout request.
    pub fn issuer(&self) -> Result<String, SamlError> {
        let root = self.root(REQUEST)?;
        let issuer = child(&root, "Issuer").ok_or(SamlError::Malformed)?;
        Ok(issuer.text.trim().to_owned())
    }

    /// Which request this answer says to be for. Nothing is believed by that.
    ///
    /// # Errors
    /// [`SamlError::TooLarge`], [`SamlError::Malformed`], [`SamlError::Wrapped`] for what is no answer to one.
    pub fn in_response_to(&self) -> Result<String, SamlError> {
        let root = self.root(RESPONSE)?;
        let id = root.attr("InResponseTo").ok_or(SamlError::InResponseTo)?;
        Ok(id.to_owned())
    }

    fn root(&self, kind: Kind) -> Result<Node, SamlError> {
        let document = parse_with_limits(&self.xml(kind)?, LIMITS);
        Ok(document.map_err(|_| SamlError::Malformed)?.root)
    }

    /// The document, which has the shape of its kind.
    fn xml(&self, (parameter, element): Kind) -> Result<String, SamlError> {
        let xml = match self {
            Self::Form { message, .. } => decode(message)?,
            Self::Redirect(query) => {
                let deflated = Base64::decode_vec(&only(query, parameter)?);
                let deflated = deflated.map_err(|_| SamlError::Malformed)?;
                let xml = deflate_raw_decode_with_limit(&deflated, LONGEST_MESSAGE)?;
                String::from_utf8(xml).map_err(|_| SamlError::Malformed)?
            }
        };
        check_logout(&xml, element)?;
        Ok(xml)
    }

    /// The members of the form, or the query whose signature can be one.
    fn parts(&self, (parameter, _): Kind) -> Result<Parts<'_>, SamlError> {
        Ok(match self {
            Self::Redirect(query) => {
                let algorithm = only(query, "SigAlg").map_err(|_| SamlError::Signature)?;
                only(query, "Signature").map_err(|_| SamlError::Signature)?;
                if !ALGORITHMS.contains(&algorithm.as_str()) {
                    return Err(SamlError::Signature);
                }
                Parts::Query(query)
            }
            Self::Form {
                message,
                relay_state,
            } => {
                let mut fields = vec![FormField::new(parameter, *message)];
                // Some forms have the field, with nothing in it.
                let relay_state = relay_state.filter(|value| !value.is_empty());
                fields.extend(relay_state.map(|value| FormField::new("RelayState", value)));
                Parts::Fields(fields)
            }
        })
    }
}

/// What a message is: the parameter that it comes in, and its root element.
type Kind = (&'static str, &'static str);

const REQUEST: Kind = ("SAMLRequest", "LogoutRequest");
const RESPONSE: Kind = ("SAMLResponse", "LogoutResponse");

enum Parts<'a> {
    Query(&'a str),
    Fields(Vec<FormField>),
}

impl ServiceProvider {
    /// What a provider's request asks for, at `now` (seconds since 1970). It is the caller who knows whether it came before.
    ///
    /// # Errors
    /// [`SamlError`]: whatever does not hold.
    pub fn verify_logout(
        &self,
        provider: &ProviderMetadata,
        message: LogoutMessage<'_>,
        now: i64,
    ) -> Result<LogoutRequest, SamlError> {
        check_signed(&message, REQUEST)?;
        let input = match message.parts(REQUEST)? {
            Parts::Query(query) => BrowserInput::<saml_rs::LogoutRequest>::redirect(query),
            Parts::Fields(fields) => BrowserInput::<saml_rs::LogoutRequest>::post(fields),
        };
        let received = self
            .saml
            .receive_slo(&provider.descriptor, input, context(now)?)?;
        let request = received.message();
        if request.issuer().as_str() != provider.entity_id() {
            return Err(SamlError::Issuer);
        }
        // The library lets it be absent.
        if request.destination().map(saml_rs::EndpointUrl::as_str) != self.logout_address.as_deref()
        {
            return Err(SamlError::Audience);
        }
        let issued = OffsetDateTime::parse(request.issue_instant().as_str(), &Rfc3339);
        let issued = issued.map_err(|_| SamlError::Time)?.unix_timestamp();
        if issued > now + SKEW_SECONDS || issued < now - OLDEST - SKEW_SECONDS {
            return Err(SamlError::Time);
        }
        let subject = request.name_id().map_or("", |name| name.value().trim());
        if subject.is_empty() {
            return Err(SamlError::Subject);
        }
        let indexes = request.session_indexes().iter();
        Ok(LogoutRequest {
            id: request.id().as_str().to_owned(),
            expires_at: issued + OLDEST + 2 * SKEW_SECONDS,
            subject: subject.to_owned(),
            session_indexes: indexes.map(|index| index.as_str().to_owned()).collect(),
            received,
        })
    }

    /// The address at the provider that ends the person's session there, signed, and the id of that request.
    ///
    /// # Errors
    /// [`SamlError::Metadata`] for a provider without an address for it by redirect.
    pub fn begin_logout(
        &self,
        provider: &ProviderMetadata,
        subject: &str,
        session_index: Option<&str>,
    ) -> Result<Begun, SamlError> {
        let index = session_index.map(SessionIndex::try_new).transpose()?;
        let subject = LogoutSubject::new(NameId::new(subject, None), index.into_iter().collect());
        let options = StartSlo::redirect().signing(LogoutSigning::Sign);
        let started = self
            .saml
            .start_slo(&provider.descriptor, subject, options)?;
        let location = started.outbound.redirect_url()?;
        if !is_safe_address(location) {
            return Err(SamlError::Metadata(
                "it has no SingleLogoutService with https",
            ));
        }
        Ok(Begun {
            location: location.to_owned(),
            request_id: started.pending.id().as_str().to_owned(),
        })
    }

    /// Whether the provider has ended the session that it was asked to end, at `now` (seconds since 1970).
    ///
    /// # Errors
    /// [`SamlError`]: whatever does not hold; [`SamlError::Refused`] where the provider could not.
    pub fn verify_logout_answer(
        &self,
        provider: &ProviderMetadata,
        message: LogoutMessage<'_>,
        request_id: &str,
        now: i64,
    ) -> Result<(), SamlError> {
        check_signed(&message, RESPONSE)?;
        let (input, binding) = match message.parts(RESPONSE)? {
            Parts::Query(query) => (
                BrowserInput::<saml_rs::LogoutResponse>::redirect(query),
                LogoutBinding::Redirect,
            ),
            Parts::Fields(fields) => (
                BrowserInput::<saml_rs::LogoutResponse>::post(fields),
                LogoutBinding::Post,
            ),
        };
        let pending = PendingLogoutRequest::try_new(
            MessageId::try_new(request_id)?,
            RelayStateParam::absent(),
            binding,
            provider.descriptor.entity_id().clone(),
        )?;
        let idp = &provider.descriptor;
        self.saml.finish_slo(idp, &pending, input, context(now)?)?;
        Ok(())
    }

    /// The address at the provider that says whether its request was done, signed. `RelayState` goes back as it came.
    ///
    /// # Errors
    /// [`SamlError::Metadata`] for a provider without an address for it.
    pub fn answer_logout(
        &self,
        provider: &ProviderMetadata,
        request: &LogoutRequest,
    ) -> Result<String, SamlError> {
        let options = RespondSlo::redirect().status(Status::success());
        let answer = self
            .saml
            .respond_slo(&provider.descriptor, &request.received, options)?;
        let location = answer.redirect_url()?;
        if !is_safe_address(location) {
            return Err(SamlError::Metadata(
                "it has no SingleLogoutService with https",
            ));
        }
        Ok(location.to_owned())
    }
}

/// A form's document has its signature within; a query's is beside it.
fn check_signed(message: &LogoutMessage<'_>, kind: Kind) -> Result<(), SamlError> {
    let root = message.root(kind)?;
    let is_form = matches!(message, LogoutMessage::Form { .. });
    match is_form && child(&root, "Signature").is_none() {
        true => Err(SamlError::Signature),
        false => Ok(()),
    }
}

/// The time, as far as clocks agree. The caller's database remembers messages, for all processes.
fn context(now: i64) -> Result<SamlValidationContext<'static>, SamlError> {
    let seconds = u64::try_from(now).map_err(|_| SamlError::Time)?;
    let skew = SKEW_SECONDS.saturating_mul(1_000);
    Ok(SamlValidationContext::new(
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
        ReplayPolicy::DisabledForCompatibility,
    )
    .with_clock_skew(ClockSkew::from_millis(-skew, skew)))
}

fn child<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.children.iter().find(|child| child.local_name == name)
}

/// A parameter that is there once.
fn only(query: &str, name: &str) -> Result<String, SamlError> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value.into_owned()),
        _ => Err(SamlError::Malformed),
    }
}
