//! An authenticator in software, which shares no code with what verifies it: WebAuthn Level 3, sections 6.1
//! (authenticator data), 6.5.1 (attested credential data), 8.7 (attestation `none`), RFC 9052 (COSE).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "http://localhost:4200";

/// One passkey and how its device behaves.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// What it says of uses; 0 stays 0.
    pub(crate) counter: u32,
    /// Whether it knows the person.
    pub(crate) verifies: bool,
    /// Whether the passkey may be copied to other devices.
    pub(crate) syncs: bool,
    /// The page.
    pub(crate) origin: String,
    /// Whether the page is in a frame of another origin.
    pub(crate) cross_origin: bool,
    /// The relying party; `None` for the one it is asked for.
    pub(crate) relying_party: Option<String>,
    /// The COSE algorithm it claims.
    pub(crate) algorithm: i8,
    /// Sent back at sign-in.
    pub(crate) user_handle: Option<String>,
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: Uuid::new_v4().as_bytes().to_vec(),
            counter: 0,
            verifies: true,
            syncs: false,
            origin: ORIGIN.to_owned(),
            cross_origin: false,
            relying_party: None,
            algorithm: -7,
            user_handle: None,
        }
    }

    pub(crate) fn id(&self) -> String {
        encode(&self.id)
    }

    /// With another key under the same id.
    pub(crate) fn with_another_key(mut self) -> Self {
        self.key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        self
    }

    /// `navigator.credentials.create`, in its JSON form.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let relying_party = self.relying_party.clone();
        let asked = options["rp"]["id"].as_str().unwrap().to_owned();
        let relying_party = relying_party.unwrap_or(asked);
        self.user_handle = options["user"]["id"].as_str().map(str::to_owned);
        let mut data = self.authenticator_data(&relying_party, 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose_key());
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(data);
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": self.client_data("webauthn.create", &options["challenge"]),
                "attestationObject": encode(&attestation),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// `navigator.credentials.get`, in its JSON form; `options` is JSON as text.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        let options: Value = serde_json::from_str(options.as_str().unwrap()).unwrap();
        let asked = options["rpId"].as_str().unwrap().to_owned();
        let relying_party = self.relying_party.clone().unwrap_or(asked);
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.authenticator_data(&relying_party, 0);
        let json = Base64UrlUnpadded::decode_vec(&client_data).unwrap();
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &json).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": client_data,
                "authenticatorData": encode(&data),
                "signature": encode(signature.as_ref()),
                "userHandle": self.user_handle,
            },
        })
    }

    fn authenticator_data(&mut self, relying_party: &str, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, relying_party.as_bytes()).as_ref().to_vec();
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        data.push(0x01 | flag(self.verifies, 0x04) | flag(self.syncs, 0x18) | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03];
        // A negative number n is -1 - n; from 24 on it has a byte of its own.
        match u8::try_from(-1 - self.algorithm).unwrap() {
            short @ 0..24 => key.push(0x20 | short),
            long => key.extend([0x38, long]),
        }
        key.extend([0x20, 0x01, 0x21, 0x58, 0x20]);
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..65]);
        key
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> String {
        let data = json!({
            "type": kind, "challenge": challenge, "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        encode(data.to_string().as_bytes())
    }
}

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
