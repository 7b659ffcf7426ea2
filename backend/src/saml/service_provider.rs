//! This backend, as a pool's providers see it.

use std::time::{Duration, SystemTime};

use form_urlencoded::byte_serialize;
use saml_rs::config::SpConfigBuilder;
use saml_rs::constants::signature_algorithm::RSA_SHA256;
use saml_rs::crypto::construct_message_signature;
use saml_rs::crypto::keys::load_private_key;
use saml_rs::{
    AcsEndpoint, AssertionSignaturePolicy, AudienceValidationPolicy, AuthnRequestSigningPolicy,
    BrowserInput, CertificatePem, ClockSkew, Credentials, EntityId, ForceAuthn, FormField,
    LogoutPolicy, LogoutSignaturePolicy, MessageId, PendingAuthnRequest, PrivateKeyPem,
    RelayStateParam, ReplayPolicy, ResponseSignaturePolicy, Saml, SamlValidationContext,
    SloEndpoint, Sp, SpConfig, SpValidationPolicy, SsoResponse, SsoResponseBinding, StartSso,
    XmlEncryptionPolicy, XmlPolicy, XmlSignatureProfile,
};

use super::document::{LIMITS, check_response, decode};
use super::{Assertion, KeyAndCertificate, ProviderMetadata, SamlError};

/// How far the provider's clock may be from ours, in seconds (errata 05 of SAML 2.0, E92: three to five minutes).
pub const SKEW_SECONDS: i64 = 180;

/// Where responses come to, behind the public URL.
const ANSWER_PATH: &str = "/saml2/idpresponse";

/// Where requests for logout come to, behind the public URL and the pool's id.
const LOGOUT_PATH: &str = "/saml2/logout";

/// A pool's name towards its providers, which is the audience of their assertions.
#[must_use]
pub fn entity_id(pool_id: &str) -> String {
    format!("urn:amazon:cognito:sp:{pool_id}")
}

/// A pool, as a service provider.
pub struct ServiceProvider {
    config: SpConfig,
    pub(super) saml: Saml<Sp>,
    /// The same, for assertions that are encrypted: the library reads either.
    decrypting: Option<Saml<Sp>>,
    answer_address: String,
    /// Where the provider's requests for logout come to, which names the pool.
    pub(super) logout_address: Option<String>,
    keys: Option<KeyAndCertificate>,
}

impl std::fmt::Debug for ServiceProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceProvider({})", self.answer_address)
    }
}

/// Where the browser goes, and what its way back has to fit.
#[derive(Debug)]
pub struct Begun {
    /// An address of the provider's.
    pub location: String,
    /// The id of the request, which the answer names.
    pub request_id: String,
}

/// What the provider is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Comes back with the answer. At most 80 bytes.
    pub relay_state: &'a str,
    /// Whether to sign it, as `RequestSigningAlgorithm` says.
    pub is_signed: bool,
    /// Whether the person has to prove anew who they are (`ForceAuthn`).
    pub is_fresh: bool,
}

/// What a response answers.
#[derive(Debug, Clone, Copy)]
pub enum Expected<'a> {
    /// The request with this id.
    Request(&'a str),
    /// No request: the provider began.
    Nothing,
}

impl ServiceProvider {
    /// The service provider of a pool behind this public URL.
    ///
    /// # Errors
    /// [`SamlError::Internal`]
    pub fn new(
        pool_id: &str,
        public_url: &str,
        keys: KeyAndCertificate,
    ) -> Result<Self, SamlError> {
        let answer_address = format!("{public_url}{ANSWER_PATH}");
        let logout_address = format!("{public_url}/{pool_id}{LOGOUT_PATH}");
        let internal = |_| SamlError::Internal;
        let certificate = CertificatePem::new(keys.certificate.clone());
        let key = || PrivateKeyPem::new(keys.key.as_str());
        let config = SpConfig::builder(EntityId::try_new(entity_id(pool_id)).map_err(internal)?)
            .acs_endpoint(AcsEndpoint::post(&*answer_address).map_err(internal)?)
            .slo_endpoint(SloEndpoint::redirect(&*logout_address).map_err(internal)?)
            .slo_endpoint(SloEndpoint::post(&*logout_address).map_err(internal)?)
            .credentials(Credentials {
                signing_key: Some(key()),
                signing_certificate: Some(certificate.clone()),
                encryption_certificate: Some(certificate),
                decryption_key: Some(key()),
                ..Credentials::default()
            });
        let config = checked(config)?;
        let mut decrypting = config.clone();
        decrypting.xml.encryption = XmlEncryptionPolicy::encrypt_assertions();
        Ok(Self {
            decrypting: Some(Saml::sp(decrypting).map_err(internal)?),
            saml: Saml::sp(config.clone()).map_err(internal)?,
            config,
            answer_address,
            logout_address: Some(logout_address),
            keys: Some(keys),
        })
    }

    /// Somebody who only receives responses under this name, at this address: without keys, so that none is encrypted.
    ///
    /// # Errors
    /// [`SamlError::Internal`] for a name or an address that is none.
    pub fn receiving(name: &str, answer_address: &str) -> Result<Self, SamlError> {
        let internal = |_| SamlError::Internal;
        let config = SpConfig::builder(EntityId::try_new(name).map_err(internal)?)
            .acs_endpoint(AcsEndpoint::post(answer_address).map_err(internal)?);
        let config = checked(config)?;
        Ok(Self {
            decrypting: None,
            saml: Saml::sp(config.clone()).map_err(internal)?,
            config,
            answer_address: answer_address.to_owned(),
            logout_address: None,
            keys: None,
        })
    }

    /// What an administrator of a provider is given: entity id, addresses, certificates.
    #[must_use]
    pub fn metadata(&self) -> &str {
        self.saml.metadata_xml()
    }

    /// Begins a sign-in. The request is signed (RSA with SHA-256) if it is to be, or if the provider's metadata wants it.
    ///
    /// # Errors
    /// [`SamlError::Protocol`] for a provider that cannot be asked so.
    pub fn begin(
        &self,
        provider: &ProviderMetadata,
        request: Request<'_>,
    ) -> Result<Begun, SamlError> {
        let relay_state = request.relay_state.to_owned();
        let relay_state = RelayStateParam::try_from_option(Some(relay_state))?;
        let mut options = StartSso::redirect().relay_state(relay_state);
        if request.is_fresh {
            options = options.force_authn(ForceAuthn::Required);
        }
        let is_wanted = provider.wants_signed_requests();
        // The library asks that both sides say the same.
        let mut config = self.config.clone();
        if is_wanted {
            config.validation.authn_requests = AuthnRequestSigningPolicy::Sign;
        }
        let started = Saml::sp(config)?.start_sso(&provider.descriptor, options)?;
        let mut location = started.outbound.redirect_url()?.to_owned();
        if request.is_signed && !is_wanted {
            location = self.signed(&location)?;
        }
        Ok(Begun {
            location,
            request_id: started.pending.request_id().as_str().to_owned(),
        })
    }

    /// The address with a signature over its query from `SAMLRequest` on (SAML bindings, 3.4.4.1).
    fn signed(&self, location: &str) -> Result<String, SamlError> {
        let start = location.find("SAMLRequest=").ok_or(SamlError::Internal)?;
        let algorithm = byte_serialize(RSA_SHA256.as_bytes());
        let location = format!("{location}&SigAlg={}", algorithm.collect::<String>());
        let (_, signed) = location.split_at(start);
        let keys = self.keys.as_ref().ok_or(SamlError::Internal)?;
        let key = load_private_key(&keys.key, None)?;
        let signature = construct_message_signature(signed, &key, RSA_SHA256)?;
        let signature = byte_serialize(signature.as_bytes());
        Ok(format!(
            "{location}&Signature={}",
            signature.collect::<String>()
        ))
    }

    /// Who it is, as a provider's `SAMLResponse` says, at `now` (seconds since 1970). It is the caller who knows whether this
    /// assertion came before.
    ///
    /// # Errors
    /// [`SamlError`]: whatever does not hold.
    pub fn verify(
        &self,
        provider: &ProviderMetadata,
        response: &str,
        expected: Expected<'_>,
        now: i64,
    ) -> Result<Assertion, SamlError> {
        let was_encrypted = check_response(&decode(response)?)?;
        let saml = match was_encrypted {
            true => self.decrypting.as_ref().ok_or(SamlError::Protocol)?,
            false => &self.saml,
        };
        let seconds = u64::try_from(now).map_err(|_| SamlError::Time)?;
        let skew = SKEW_SECONDS.saturating_mul(1_000);
        // The caller's database remembers assertions, for all processes.
        let context = SamlValidationContext::new(
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
            ReplayPolicy::DisabledForCompatibility,
        )
        .with_clock_skew(ClockSkew::from_millis(-skew, skew));
        let input =
            BrowserInput::<SsoResponse>::post(vec![FormField::new("SAMLResponse", response)]);
        let session = match expected {
            Expected::Request(id) => {
                let pending = self.pending(provider, id)?;
                let idp = &provider.descriptor;
                saml.finish_sso(idp, &pending, input, context)?
            }
            Expected::Nothing => {
                let idp = &provider.descriptor;
                saml.accept_unsolicited_sso(idp, input, context)?
            }
        };
        // What was encrypted has to have the shape, too.
        check_response(&session.raw_flow().saml_content)?;
        if session.verified_xml_signatures().is_empty() {
            return Err(SamlError::Signature);
        }
        let assertion = Assertion::read(&session, was_encrypted)?;
        if assertion.issuer != provider.entity_id() {
            return Err(SamlError::Issuer);
        }
        let answers = assertion.in_response_to.as_deref();
        match expected {
            Expected::Request(id) if answers == Some(id) => Ok(assertion),
            Expected::Nothing if answers.is_none() => Ok(assertion),
            _ => Err(SamlError::InResponseTo),
        }
    }

    fn pending(
        &self,
        provider: &ProviderMetadata,
        request_id: &str,
    ) -> Result<PendingAuthnRequest, SamlError> {
        Ok(PendingAuthnRequest::try_new(
            MessageId::try_new(request_id)?,
            RelayStateParam::absent(),
            AcsEndpoint::post(&*self.answer_address)?,
            SsoResponseBinding::Post,
            provider.descriptor.entity_id().clone(),
        )?)
    }
}

fn checked(config: SpConfigBuilder) -> Result<SpConfig, SamlError> {
    config
        .validation(validation())
        .xml(XmlPolicy {
            limits: LIMITS,
            ..XmlPolicy::default()
        })
        .build()
        .map_err(|_| SamlError::Internal)
}

/// All of it is said, as the library's presets change.
fn validation() -> SpValidationPolicy {
    SpValidationPolicy {
        // A response that is signed as a whole is enough: what is read is within it.
        assertions: AssertionSignaturePolicy::AllowUnsignedForCompatibility,
        responses: ResponseSignaturePolicy::RequireForEncryptedCbc,
        xml_signatures: XmlSignatureProfile::StrictRsaSha2,
        authn_requests: AuthnRequestSigningPolicy::DoNotSignForCompatibility,
        audience: AudienceValidationPolicy::Validate,
        logout: LogoutPolicy {
            requests: LogoutSignaturePolicy::RequireSigned,
            responses: LogoutSignaturePolicy::RequireSigned,
        },
        ..SpValidationPolicy::recommended()
    }
}
