//! Credentials for development, signed here: for apps that are tried out without an STS.
//!
//! The session token says which identity, role and pool it is for and until when, and has a keyed hash of
//! that; access key and secret key are derived from it. So this backend, and whoever shares its master key,
//! can verify them ([`read`]), and they are of no worth anywhere else: AWS knows nothing of them.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Credentials, LIFETIME};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity::admission::Admission;
use crate::seal::Sealer;

/// What a session token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The identity.
    pub sub: String,
    /// The pool.
    pub aud: String,
    /// The role.
    pub role: String,
    /// When it ends, seconds since 1970.
    pub exp: i64,
    /// What makes two sessions of one second different.
    nonce: String,
}

/// How the ids of temporary keys begin.
const PREFIX: &str = "ASIA";

pub(super) fn issue(
    state: &AppState,
    admission: &Admission,
    role: &str,
) -> Result<Credentials, ApiError> {
    let session = Session {
        sub: admission.identity_id.clone(),
        aud: admission.pool.id.clone(),
        role: role.to_owned(),
        exp: state.clock.now().saturating_add(LIFETIME),
        nonce: uuid::Uuid::new_v4().to_string(),
    };
    session
        .credentials(&state.sealer)
        .map_err(|error| ApiError::internal(&error))
}

/// What a session token of ours says, and the secret key that goes with it.
#[must_use]
pub fn read(
    sealer: &Sealer,
    session_token: &str,
    now: i64,
) -> Option<(Session, Zeroizing<String>)> {
    let (said, mac) = session_token.split_once('.')?;
    let expected = tag(sealer, said);
    if !bool::from(expected.as_bytes().ct_eq(mac.as_bytes())) {
        return None;
    }
    let said = Base64UrlUnpadded::decode_vec(said).ok()?;
    let session: Session = serde_json::from_slice(&said).ok()?;
    (session.exp > now).then(|| (session, secret_key(sealer, session_token)))
}

impl Session {
    fn credentials(&self, sealer: &Sealer) -> Result<Credentials, serde_json::Error> {
        let said = Base64UrlUnpadded::encode_string(&serde_json::to_vec(self)?);
        let session_token = Zeroizing::new(format!("{said}.{}", tag(sealer, &said)));
        Ok(Credentials {
            access_key_id: access_key_id(sealer, &session_token),
            secret_key: secret_key(sealer, &session_token),
            session_token,
            expiration: self.exp,
        })
    }
}

fn tag(sealer: &Sealer, said: &str) -> String {
    let mac = sealer.derive("development session token", &[said.as_bytes()]);
    Base64UrlUnpadded::encode_string(&mac)
}

fn access_key_id(sealer: &Sealer, session_token: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mac = sealer.derive("development access key", &[session_token.as_bytes()]);
    let letters = mac.iter().take(16);
    let letters = letters.filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    let letters = letters.map(|letter| char::from(*letter));
    PREFIX.chars().chain(letters).collect()
}

/// 40 characters, as those of the service.
fn secret_key(sealer: &Sealer, session_token: &str) -> Zeroizing<String> {
    let mac = sealer.derive("development secret key", &[session_token.as_bytes()]);
    let (first, _) = mac.split_at(30);
    Zeroizing::new(Base64::encode_string(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::MasterKey;

    fn sealer(file: &str) -> Sealer {
        let folder = tempfile::tempdir().unwrap();
        Sealer::new(
            &MasterKey::read_or_create(&folder.path().join(file))
                .unwrap()
                .0,
        )
        .unwrap()
    }

    fn session() -> Session {
        Session {
            sub: "local:1".to_owned(),
            aud: "local:2".to_owned(),
            role: "arn:aws:iam::000000000000:role/a".to_owned(),
            exp: 1000,
            nonce: "n".to_owned(),
        }
    }

    #[test]
    fn a_session_is_read_with_the_secret_that_was_given_until_it_ends() {
        let sealer = sealer("a");
        let given = session().credentials(&sealer).unwrap();
        let (read_session, secret) = read(&sealer, &given.session_token, 999).unwrap();
        assert_eq!(read_session, session());
        assert_eq!(*secret, *given.secret_key);
        assert_eq!(
            (given.access_key_id.len(), given.secret_key.len()),
            (20, 40)
        );
        assert!(given.access_key_id.starts_with("ASIA"));
        assert_eq!(read(&sealer, &given.session_token, 1000), None);
    }

    #[test]
    fn a_session_of_another_key_or_with_another_role_is_none() {
        let ours = sealer("a");
        let given = session().credentials(&ours).unwrap();
        assert_eq!(read(&sealer("b"), &given.session_token, 0), None);
        let mut other = session();
        other.role = "arn:aws:iam::000000000000:role/root".to_owned();
        let said = Base64UrlUnpadded::encode_string(&serde_json::to_vec(&other).unwrap());
        let mac = given.session_token.split('.').nth(1).unwrap();
        assert_eq!(read(&ours, &format!("{said}.{mac}"), 0), None);
        assert_eq!(read(&ours, "", 0), None);
        assert_eq!(read(&ours, "a.b", 0), None);
    }
}
