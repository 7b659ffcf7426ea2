//! What credentials are asked for, and what they are.

use alloc::string::String;

use crate::json::{Object, StringMap};
use crate::secret::{IdToken, SecretAccessKey, SessionToken};

/// Who wants credentials, and for what. The default is a guest with the role of guests.
#[derive(Default)]
#[expect(
    missing_debug_implementations,
    reason = "the logins hold tokens of other providers"
)]
pub struct CredentialsRequest {
    /// Whose `id_token` it is. Credentials of one person are not given to another.
    pub sub: Option<String>,
    /// Who is signed in at the user pool.
    pub id_token: Option<IdToken>,
    /// Logins of other providers: what the identity pool calls the provider, and its token.
    pub logins: StringMap,
    /// The identity that the logins are for, where it is known: that of a developer's token.
    pub identity: Option<String>,
    /// The identity that this browser has had as a guest. Who signs in keeps it, if the login has none yet.
    pub guest: Option<String>,
    /// The way to credentials.
    pub flow: CredentialsFlow,
    /// New ones, even though there are some that last.
    pub force: bool,
}

/// The way to credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialsFlow {
    /// `GetCredentialsForIdentity`: the pool chooses the role.
    Enhanced {
        /// One of several roles that are allowed.
        role: Option<String>,
    },
    /// `GetOpenIdToken`, and `AssumeRoleWithWebIdentity` at the STS.
    Classic {
        /// The ARN of the role.
        role: String,
        /// What the role's session is called. Default: `cognate`.
        session_name: Option<String>,
        /// How long they last, in seconds. Default: the STS's, one hour.
        duration_seconds: Option<u32>,
    },
}

impl Default for CredentialsFlow {
    fn default() -> Self {
        Self::Enhanced { role: None }
    }
}

/// Temporary credentials for AWS.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half of the key.
    pub secret_access_key: SecretAccessKey,
    /// What goes along with each request.
    pub session_token: SessionToken,
    /// When they end, in milliseconds since 1970 by the platform's clock, however wrong that is.
    pub expires_at_ms: u64,
    /// Whose they are.
    pub identity: String,
}

impl CredentialsRequest {
    /// Whether nobody has signed in anywhere.
    pub(super) fn is_guests(&self) -> bool {
        self.id_token.is_none() && self.logins.is_empty()
    }

    /// A text that is different for different people. It holds the tokens of other providers.
    pub(super) fn who(&self) -> Object {
        let mut who = Object::new();
        who.text_if("sub", self.sub.as_deref())
            .text_if("identity", self.identity.as_deref())
            .strings("logins", &self.logins);
        who
    }

    /// The same for what they want.
    pub(super) fn what(&self) -> Object {
        let mut what = Object::new();
        what.object("who", &self.who());
        match &self.flow {
            CredentialsFlow::Enhanced { role } => what.text_if("role", role.as_deref()),
            CredentialsFlow::Classic {
                role,
                session_name,
                duration_seconds,
            } => what
                .text("classic", role)
                .text_if("name", session_name.as_deref())
                .whole("seconds", duration_seconds.unwrap_or_default().into()),
        };
        what
    }
}
