//! The key with which a pool signs requests and reads what is encrypted for it, and its self-signed certificate.

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::SamlError;

/// How long a certificate is good for. Providers pin it by hand, so it should not end while it is in use.
const YEARS: i64 = 10;

/// A private key, and the certificate that is published.
#[derive(Clone)]
pub struct KeyAndCertificate {
    /// PKCS #8, PEM. A secret.
    pub key: Zeroizing<String>,
    /// X.509, PEM.
    pub certificate: String,
}

impl std::fmt::Debug for KeyAndCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyAndCertificate(..)")
    }
}

impl KeyAndCertificate {
    /// A new RSA key of 2,048 bits, and a certificate with this name. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// [`SamlError::Internal`]
    pub fn generate(name: &str, now: i64) -> Result<Self, SamlError> {
        let internal = |_| SamlError::Internal;
        let pair =
            KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(internal)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(internal)?;
        let from = OffsetDateTime::from_unix_timestamp(now).map_err(|_| SamlError::Internal)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = from - Duration::days(1);
        params.not_after = from + Duration::days(365 * YEARS);
        let certificate = params.self_signed(&pair).map_err(internal)?;
        Ok(Self {
            key: Zeroizing::new(pair.serialize_pem()),
            certificate: certificate.pem(),
        })
    }
}
