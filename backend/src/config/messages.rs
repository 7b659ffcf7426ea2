//! How messages leave, as a configuration file describes it.

use std::fmt;

use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

/// How messages leave.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessagesConfig {
    /// E-mail. Default: the inbox.
    pub smtp: Option<SmtpConfig>,
    /// Text messages. Default: the inbox.
    pub sms: Option<SmsConfig>,
}

/// A server that takes mail.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Default: 465 with `tls`, 587 with `starttls`, 25 with `none`.
    pub port: Option<u16>,
    /// How the connection is encrypted. Default `tls`.
    #[serde(default)]
    pub encryption: Encryption,
    /// Who mail comes from, `NAME <ADDRESS>` or an address.
    pub from: String,
    username: Option<String>,
    password: Option<Zeroizing<String>>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the start.
    #[default]
    Tls,
    /// By `STARTTLS`, which the server must have.
    StartTls,
    /// Not at all.
    None,
}

/// Who takes text messages.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// Where they are posted to.
    pub url: Url,
    secret: Zeroizing<String>,
}

impl SmtpConfig {
    /// User name and password, if there are both.
    #[must_use]
    pub fn credentials(&self) -> Option<(String, String)> {
        let (username, password) = (self.username.as_ref()?, self.password.as_ref()?);
        Some((username.clone(), password.to_string()))
    }
}

impl SmsConfig {
    /// What requests are signed with.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SmsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsConfig")
            .field("url", &self.url.host_str())
            .finish_non_exhaustive()
    }
}
