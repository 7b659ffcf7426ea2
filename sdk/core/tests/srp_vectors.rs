//! Every recorded value of `vectors/srp.json`, step by step. The recording is of
//! amazon-cognito-identity-js 6.3.21, recomputed by two other programs; see its `meta`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use cognate_core::srp::{self, Handshake, Identity, ServerValues};
use cognate_modexp::widen;
use num_bigint::BigUint;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vectors {
    meta: Value,
    user_vectors: Vec<UserVector>,
    device_registration: BTreeMap<String, String>,
    device_auth: Value,
    end_to_end_wire: Vec<Exchange>,
    end_to_end_inputs: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct UserVector {
    label: String,
    inputs: BTreeMap<String, String>,
    #[serde(flatten)]
    values: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Exchange {
    op: String,
    request: Value,
    response: Value,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/srp.json")).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    let even = format!("{}{text}", if text.len() % 2 == 1 { "0" } else { "" });
    let digit = |c: &u8| char::from(*c).to_digit(16).unwrap() as u8;
    even.as_bytes()
        .chunks(2)
        .map(|pair| 16 * digit(&pair[0]) + digit(&pair[1]))
        .collect()
}

fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

/// The server's arithmetic, by a library that nobody here wrote.
fn server_public(verifier: &[u8], b: &[u8]) -> [u8; 384] {
    let n = number(&srp::N);
    let k = number(&srp::K_MULTIPLIER);
    let value = (k * number(verifier) + BigUint::from(2u32).modpow(&number(b), &n)) % &n;
    widen(&value.to_bytes_be()).unwrap()
}

#[test]
fn the_group_and_its_constant_are_the_recorded_ones() {
    let meta = vectors().meta;
    assert_eq!(srp::N.to_vec(), hex(meta["N_hex"].as_str().unwrap()), "N");
    assert_eq!(
        srp::K_MULTIPLIER.to_vec(),
        hex(meta["k_hex"].as_str().unwrap()),
        "k"
    );
    let input = [&srp::pad(&srp::N)[..], &srp::pad(&[2])[..]].concat();
    assert_eq!(
        input,
        hex(meta["k_hash_input_hex"].as_str().unwrap()),
        "what k hashes"
    );
}

#[test]
fn every_value_of_every_user_vector_is_reproduced() {
    let vectors = vectors().user_vectors;
    assert_eq!(vectors.len(), 7);
    for UserVector {
        label,
        inputs,
        values,
    } in vectors
    {
        let value = |name: &str| hex(values[name].as_str().unwrap());
        let at = |step: &str| format!("{label}: {step}");
        let identity = Identity {
            pool: &inputs["poolName"],
            user: &inputs["userIdForSrp"],
        };
        let password = &inputs["password"];

        let handshake = Handshake::dangerous_with_secret(&hex(&inputs["a_hex"])).unwrap();
        assert_eq!(
            handshake.public_hex(),
            values["A_hex_wire_SRP_A"],
            "{}",
            at("SRP_A")
        );
        assert_eq!(
            srp::pad(handshake.public())[..],
            value("A_padded_hex"),
            "{}",
            at("pad(A)")
        );

        let b_public = srp::public_value(values["B_hex_wire_SRP_B"].as_str().unwrap()).unwrap();
        assert_eq!(
            srp::pad(&b_public)[..],
            value("B_padded_hex"),
            "{}",
            at("pad(B)")
        );

        let u = srp::scrambling(handshake.public(), &b_public);
        assert_eq!(number(&u), number(&value("u_hex")), "{}", at("u"));
        assert_eq!(srp::pad(&u)[..], value("u_padded_hex"), "{}", at("pad(u)"));

        let salt = hex(&inputs["salt_hex_as_sent"]);
        assert_eq!(
            srp::pad(&salt)[..],
            value("salt_padded_hex"),
            "{}",
            at("pad(salt)")
        );
        let inner = srp::identity_hash(identity.pool, identity.user, password);
        assert_eq!(inner[..], value("identity_hash_hex"), "{}", at("inner"));
        let x = srp::private_exponent(&salt, &inner);
        assert_eq!(number(&*x), number(&value("x_hex")), "{}", at("x"));

        let verifier = srp::verifier(&x);
        assert_eq!(
            number(&verifier),
            number(&value("verifier_hex")),
            "{}",
            at("v")
        );
        assert_eq!(
            server_public(&verifier, &hex(&inputs["b_hex"])),
            b_public,
            "{}",
            at("B")
        );

        let s = handshake.shared_value(&b_public, &u, &x);
        assert_eq!(number(&*s), number(&value("S_hex")), "{}", at("S"));
        assert_eq!(srp::pad(&*s)[..], value("S_padded_hex"), "{}", at("pad(S)"));
        assert_eq!(
            srp::extraction(&u, &*s)[..],
            value("hkdf_prk_hex"),
            "{}",
            at("PRK")
        );
        let key = srp::session_key(&u, &*s);
        assert_eq!(key[..], value("hkdf_key_hex"), "{}", at("K"));

        let block = Base64::decode_vec(&inputs["secretBlock_base64"]).unwrap();
        let claim = srp::claim(
            &key,
            identity.pool,
            identity.user,
            &block,
            &inputs["timestamp"],
        );
        assert_eq!(claim[..], value("signature_hex"), "{}", at("M1"));

        let server = ServerValues {
            salt: &inputs["salt_hex_as_sent"],
            public: values["B_hex_wire_SRP_B"].as_str().unwrap(),
            secret_block: &inputs["secretBlock_base64"],
        };
        let signature = handshake
            .prove(server, identity, password, &inputs["timestamp"])
            .unwrap();
        assert_eq!(
            signature,
            values["PASSWORD_CLAIM_SIGNATURE_base64"],
            "{}",
            at("signature")
        );
    }
}

#[test]
fn a_device_registers_the_recorded_verifier() {
    let device = vectors().device_registration;
    let salt = srp::pad(&hex(&device["random16_salt_hex"]));
    assert_eq!(salt[..], hex(&device["salt_padded_hex"]), "salt");
    assert_eq!(
        Base64::encode_string(&salt),
        device["ConfirmDevice_Salt_base64"],
        "Salt"
    );
    let inner = srp::identity_hash(
        &device["deviceGroupKey"],
        &device["deviceKey"],
        &device["devicePassword"],
    );
    assert_eq!(inner[..], hex(&device["identity_hash_hex"]), "inner");
    let x = srp::private_exponent(&salt, &inner);
    assert_eq!(x[..], hex(&device["x_hex"]), "x");
    let verifier = srp::pad(&srp::verifier(&x));
    assert_eq!(verifier[..], hex(&device["verifier_padded_hex"]), "v");
    assert_eq!(
        Base64::encode_string(&verifier),
        device["ConfirmDevice_PasswordVerifier_base64"],
        "PasswordVerifier"
    );
}

#[test]
fn a_device_signs_in_with_the_recorded_values() {
    let vectors = vectors();
    let (device, auth) = (vectors.device_registration, vectors.device_auth);
    let text = |name: &str| auth[name].as_str().unwrap();
    let inputs = |name: &str| auth["inputs"][name].as_str().unwrap();
    let handshake = Handshake::dangerous_with_secret(&hex(inputs("a_hex"))).unwrap();
    assert_eq!(
        number(handshake.public()),
        number(&hex(text("device_A_hex"))),
        "A"
    );
    let b_public = srp::public_value(text("device_B_hex")).unwrap();
    assert_eq!(
        server_public(&hex(&device["verifier_hex"]), &hex(text("b_hex"))),
        b_public,
        "B"
    );
    let u = srp::scrambling(handshake.public(), &b_public);
    assert_eq!(u[..], hex(text("device_u_hex")), "u");
    let x = widen_32(&hex(&device["x_hex"]));
    let s = handshake.shared_value(&b_public, &u, &x);
    assert_eq!(number(&*s), number(&hex(text("device_S_hex"))), "S");
    assert_eq!(
        srp::extraction(&u, &*s)[..],
        hex(text("device_hkdf_prk_hex")),
        "PRK"
    );
    assert_eq!(
        srp::session_key(&u, &*s)[..],
        hex(text("device_hkdf_key_hex")),
        "K"
    );
}

/// The signatures of the recorded conversation: two sign-ins of the user, one of the device.
#[test]
fn the_recorded_conversation_has_our_signatures() {
    let vectors = vectors();
    let inputs = &vectors.end_to_end_inputs;
    let device = &vectors.device_registration;
    let device_a = vectors.device_auth["inputs"]["a_hex"].as_str().unwrap();
    let mut secrets = [&inputs["a_first_hex"], &inputs["a_second_hex"]].into_iter();
    let mut proved = Vec::new();
    let mut challenge = &Value::Null;
    let mut secret = String::new();
    for Exchange {
        op,
        request,
        response,
    } in &vectors.end_to_end_wire
    {
        if op == "InitiateAuth" {
            secret.clone_from(secrets.next().unwrap());
            let handshake = Handshake::dangerous_with_secret(&hex(&secret)).unwrap();
            assert_eq!(
                handshake.public_hex(),
                request["AuthParameters"]["SRP_A"],
                "SRP_A"
            );
        }
        let answer = &request["ChallengeResponses"];
        if request["ChallengeName"] == "DEVICE_SRP_AUTH" {
            secret = device_a.to_owned();
            let handshake = Handshake::dangerous_with_secret(&hex(&secret)).unwrap();
            assert_eq!(
                handshake.public_hex(),
                answer["SRP_A"],
                "SRP_A of the device"
            );
        }
        if let Some(signature) = answer["PASSWORD_CLAIM_SIGNATURE"].as_str() {
            let (identity, password) = match request["ChallengeName"].as_str().unwrap() {
                "PASSWORD_VERIFIER" => (
                    Identity {
                        pool: "Ab1Cd2Ef3",
                        user: &inputs["userId"],
                    },
                    &inputs["password"],
                ),
                _ => (
                    Identity {
                        pool: &device["deviceGroupKey"],
                        user: &device["deviceKey"],
                    },
                    &device["devicePassword"],
                ),
            };
            let parameter = |name: &str| challenge[name].as_str().unwrap();
            let server = ServerValues {
                salt: parameter("SALT"),
                public: parameter("SRP_B"),
                secret_block: parameter("SECRET_BLOCK"),
            };
            let ours = Handshake::dangerous_with_secret(&hex(&secret))
                .unwrap()
                .prove(
                    server,
                    identity,
                    password,
                    answer["TIMESTAMP"].as_str().unwrap(),
                )
                .unwrap();
            assert_eq!(ours, signature, "{}", request["ChallengeName"]);
            proved.push(request["ChallengeName"].clone());
        }
        challenge = &response["ChallengeParameters"];
    }
    assert_eq!(
        proved,
        [
            "PASSWORD_VERIFIER",
            "PASSWORD_VERIFIER",
            "DEVICE_PASSWORD_VERIFIER"
        ]
    );
}

/// A fresh 256-bit secret, a server by num-bigint: both sides arrive at one key.
#[test]
fn client_and_server_share_a_key_for_secrets_of_every_length() {
    let n = number(&srp::N);
    let inner = srp::identity_hash("demo", "ana", "Correct-Horse9!");
    let x = srp::private_exponent(&[9; 16], &inner);
    let verifier = number(&srp::verifier(&x));
    for length in [1, 31, 32, 33, 64, 100, 128] {
        let handshake = Handshake::dangerous_with_secret(&vec![0xff; length]).unwrap();
        let b = [0xee; 32];
        let b_public = server_public(&verifier.to_bytes_be(), &b);
        let u = srp::scrambling(handshake.public(), &b_public);
        let server =
            (number(handshake.public()) * verifier.modpow(&number(&u), &n)).modpow(&number(&b), &n);
        let client = handshake.shared_value(&b_public, &u, &x);
        assert_eq!(number(&*client), server, "{length} bytes");
    }
}

fn widen_32(bytes: &[u8]) -> [u8; 32] {
    let mut wide = [0; 32];
    wide[32 - bytes.len()..].copy_from_slice(bytes);
    wide
}
