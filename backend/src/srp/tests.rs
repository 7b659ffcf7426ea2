//! The server's half against the published vectors, and hostile input.

use cognate_core::srp::{claim, session_key};
use serde_json::Value;

use super::*;
use crate::seal::MasterKey;

/// The vectors of the core crate, made with amazon-cognito-identity-js (the file states its
/// source).
fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../sdk/core/tests/vectors/srp.json")).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let even = if hex.len().is_multiple_of(2) {
        hex.to_owned()
    } else {
        format!("0{hex}")
    };
    (0..even.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(even.get(at..at + 2).unwrap(), 16).unwrap())
        .collect()
}

fn sealer() -> Sealer {
    Sealer::new(&MasterKey::from_bytes([7; 32])).unwrap()
}

fn subject(verifier: &Element) -> Subject<'_> {
    Subject {
        pool_id: "local_demo",
        audience: "client",
        username: "alice",
        sign_in_name: [1; 32],
        verifier,
        verifier_version: 3,
    }
}

#[test]
fn every_user_vector_gives_its_verifier_challenge_and_signature() {
    for vector in vectors()["user_vectors"].as_array().unwrap() {
        let label = vector["label"].as_str().unwrap();
        let inputs = &vector["inputs"];
        let text = |name: &str| inputs[name].as_str().unwrap();
        let (pool, user) = (text("userPoolId"), text("userIdForSrp"));
        let salt = bytes(&inputs["salt_hex_as_sent"]);
        let v = verifier(pool, user, text("password"), &salt).unwrap();
        assert_eq!(
            v.as_bytes()[..],
            *Element::from_bytes(&bytes(&vector["verifier_hex"]))
                .unwrap()
                .as_bytes(),
            "{label}: v"
        );

        let a_public = client_public(vector["A_hex_wire_SRP_A"].as_str().unwrap()).unwrap();
        let mut b = Zeroizing::new([0; 32]);
        let b_bytes = bytes(&inputs["b_hex"]);
        b[32 - b_bytes.len()..].copy_from_slice(&b_bytes);
        let subject = Subject {
            pool_id: pool,
            username: user,
            ..subject(&v)
        };
        let sealer = sealer();
        let challenge = Challenge::with_secret(&sealer, subject, a_public.clone(), 0, b).unwrap();
        assert_eq!(
            challenge.b_public,
            vector["B_hex_wire_SRP_B"].as_str().unwrap(),
            "{label}: B"
        );

        let block = Block::open(&sealer, pool, "client", &challenge.secret_block, 0).unwrap();
        assert_eq!(
            block.u.to_vec(),
            {
                let mut u = vec![0; 32];
                let given = bytes(&vector["u_hex"]);
                u[32 - given.len()..].copy_from_slice(&given);
                u
            },
            "{label}: u"
        );
        // The vector's own secret block is not ours, but the proof over it must come out the same.
        let proof = vector["PASSWORD_CLAIM_SIGNATURE_base64"].as_str().unwrap();
        let (foreign, time) = (text("secretBlock_base64"), text("timestamp"));
        assert!(
            block
                .proves(pool_name(pool), &v, foreign, time, proof)
                .unwrap(),
            "{label}: M1"
        );
        assert!(
            !block
                .proves(
                    pool_name(pool),
                    &v,
                    foreign,
                    "Tue Sep 1 02:03:05 UTC 2026",
                    proof
                )
                .unwrap()
        );
        let other = verifier(pool, user, "another password", &salt).unwrap();
        assert!(
            !block
                .proves(pool_name(pool), &other, foreign, time, proof)
                .unwrap(),
            "{label}: other v"
        );
    }
}

#[test]
fn a_block_opens_only_for_its_pool_and_client_and_only_for_a_minute() {
    let sealer = sealer();
    let v = verifier("local_demo", "alice", "Passw0rd!", &[9; 16]).unwrap();
    let a_public = client_public("2").unwrap();
    let block = Challenge::new(&sealer, subject(&v), a_public, 1000)
        .unwrap()
        .secret_block;
    let open = |pool: &str, client: &str, now| Block::open(&sealer, pool, client, &block, now);
    assert!(open("local_demo", "client", 1000).is_some());
    assert!(open("local_demo", "client", 1000 + BLOCK_SECONDS).is_some());
    assert!(open("local_demo", "client", 1001 + BLOCK_SECONDS).is_none());
    assert!(open("local_demo", "client", 999).is_none());
    assert!(open("local_other", "client", 1000).is_none());
    assert!(open("local_demo", "other", 1000).is_none());
    let stranger = Sealer::new(&MasterKey::from_bytes([8; 32])).unwrap();
    assert!(Block::open(&stranger, "local_demo", "client", &block, 1000).is_none());
    assert!(Block::open(&sealer, "local_demo", "client", "not base64!", 1000).is_none());
}

#[test]
fn two_challenges_differ_in_b_and_in_their_block() {
    let v = verifier("local_demo", "alice", "Passw0rd!", &[9; 16]).unwrap();
    let make = || Challenge::new(&sealer(), subject(&v), client_public("2").unwrap(), 0).unwrap();
    let (one, two) = (make(), make());
    assert_ne!(one.b_public, two.b_public);
    assert_ne!(one.secret_block, two.secret_block);
}

#[test]
fn malformed_signatures_prove_nothing() {
    let sealer = sealer();
    let v = verifier("local_demo", "alice", "Passw0rd!", &[9; 16]).unwrap();
    let made = Challenge::new(&sealer, subject(&v), client_public("2").unwrap(), 0).unwrap();
    let block = Block::open(&sealer, "local_demo", "client", &made.secret_block, 0).unwrap();
    for signature in [
        "",
        "AAAA",
        "!",
        &"A".repeat(43),
        &"A".repeat(1000),
        &format!("{}=", "A".repeat(43)),
    ] {
        assert!(
            !block
                .proves("demo", &v, &made.secret_block, "t", signature)
                .unwrap()
        );
    }
}

#[test]
fn hostile_values_of_a_are_refused() {
    let n = hex(&group::N);
    let above = format!("{}f", n.get(..767).unwrap());
    for hex in [
        "",
        "0",
        "00",
        &n,
        "xyz",
        "-1",
        "+1",
        " 1",
        &"f".repeat(768),
        &"0".repeat(769),
        &format!("{n}00"),
    ] {
        assert!(client_public(hex).is_none(), "{hex}");
    }
    assert_eq!(above, n, "N ends in f");
    let minus_one = format!("{}e", n.get(..767).unwrap());
    assert!(client_public(&minus_one).is_some());
}

#[test]
fn hexadecimal_of_either_case_and_odd_length_is_the_same_number() {
    let value = |hex| *client_public(hex).unwrap().as_bytes();
    assert_eq!(value("abc"), value("0ABC"));
    assert_eq!(
        value("abc"),
        *Element::from_bytes(&[0x0a, 0xbc]).unwrap().as_bytes()
    );
}

#[test]
fn the_pool_name_is_what_follows_the_first_underscore() {
    assert_eq!(pool_name("us-east-1_Ab1Cd2Ef3"), "Ab1Cd2Ef3");
    assert_eq!(pool_name("local_demo"), "demo");
}

#[test]
fn a_client_who_computes_by_the_other_formula_is_let_in() {
    // The client's side, S = (B - k g^x)^(a + u x), by crypto-bigint: the test shares no arithmetic
    // with the server.
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd};
    let modulus = Odd::new(BoxedUint::from_be_slice(&group::N, 3072).unwrap()).unwrap();
    let params = BoxedMontyParams::new(modulus);
    let form = |bytes: &[u8]| {
        let mut wide = vec![0; 384 - bytes.len()];
        wide.extend(bytes);
        BoxedMontyForm::new(BoxedUint::from_be_slice(&wide, 3072).unwrap(), &params)
    };
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 256).unwrap();
    let hex_of = |value: &BoxedMontyForm| hex(&value.retrieve().to_be_bytes());

    let (a, g) = ([0x5a; 32], form(&[2]));
    let a_public = g.pow(&number(&a));
    let v = verifier("local_demo", "alice", "Passw0rd!", &[0x99; 16]).unwrap();
    let sealer = sealer();
    let made = Challenge::new(
        &sealer,
        subject(&v),
        client_public(&hex_of(&a_public)).unwrap(),
        0,
    )
    .unwrap();

    let x = private_exponent(&[0x99; 16], &identity_hash("demo", "alice", "Passw0rd!"));
    let b_public = form(client_public(&made.b_public).unwrap().as_bytes());
    let u = scrambling(
        &a_public.retrieve().to_be_bytes(),
        &b_public.retrieve().to_be_bytes(),
    );
    let base = b_public.sub(&form(&K_MULTIPLIER).mul(&g.pow(&number(&x[..]))));
    // base^(a + u x) = base^a * (base^u)^x
    let shared = base
        .pow(&number(&a))
        .mul(&base.pow(&number(&u)).pow(&number(&x[..])));
    let key = session_key(&u, &shared.retrieve().to_be_bytes());
    let block_bytes = Base64::decode_vec(&made.secret_block).unwrap();
    let m1 = claim(&key, "demo", "alice", &block_bytes, "t");
    let block = Block::open(&sealer, "local_demo", "client", &made.secret_block, 0).unwrap();
    let proof = Base64::encode_string(&m1);
    assert!(
        block
            .proves("demo", &v, &made.secret_block, "t", &proof)
            .unwrap()
    );
}
