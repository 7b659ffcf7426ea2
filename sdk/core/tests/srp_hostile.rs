//! Values that only an attacker in the server's place would send.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use cognate_core::srp::{self, Handshake, Identity, Refused, ServerValues};

const HONEST: ServerValues<'static> = ServerValues {
    salt: "7d1ca150c06e2751c13830500f234921",
    public: "5",
    secret_block: "AAAA",
};

fn prove(server: ServerValues<'_>) -> Result<String, Refused> {
    let handshake = Handshake::dangerous_with_secret(&[7; 32]).unwrap();
    let identity = Identity {
        pool: "demo",
        user: "ana",
    };
    handshake.prove(
        server,
        identity,
        "Correct-Horse9!",
        "Tue Sep 1 02:03:04 UTC 2026",
    )
}

fn hex_of_n(change_last: impl Fn(u8) -> u8) -> String {
    let mut n = srp::N;
    n[383] = change_last(n[383]);
    n.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn honest_values_are_accepted_in_any_spelling() {
    assert!(prove(HONEST).is_ok());
    let spellings = ["05", "0005", "abcde", "ABCDE", "aBcDe"];
    for public in spellings {
        assert!(prove(ServerValues { public, ..HONEST }).is_ok(), "{public}");
    }
    assert_eq!(
        prove(ServerValues {
            public: "abcde",
            ..HONEST
        }),
        prove(ServerValues {
            public: "0ABCDE",
            ..HONEST
        }),
        "an odd number of digits is the same number"
    );
    assert!(
        prove(ServerValues {
            public: &hex_of_n(|last| last - 1),
            ..HONEST
        })
        .is_ok(),
        "N - 1"
    );
}

#[test]
fn a_zero_public_value_is_refused() {
    for public in ["0", "00", &"0".repeat(768), &hex_of_n(|last| last)] {
        let refused = prove(ServerValues { public, ..HONEST });
        assert_eq!(refused, Err(Refused::ZeroPublicValue), "{public}");
    }
}

#[test]
fn a_public_value_of_n_or_more_is_refused() {
    assert!(srp::N[383] == 0xff, "one more than N carries");
    let mut above = srp::N;
    above[375] += 1;
    above[376..].fill(0);
    let above: String = above.iter().map(|byte| format!("{byte:02x}")).collect();
    for public in [above, "f".repeat(768)] {
        let refused = prove(ServerValues {
            public: &public,
            ..HONEST
        });
        assert_eq!(refused, Err(Refused::OutOfRange));
    }
}

#[test]
fn text_that_is_no_number_is_refused() {
    let long = "1".repeat(769);
    let padded = format!("00{}", "1".repeat(768));
    for public in ["", " 5", "-5", "0x5", "5g", "５", "5\0", &long, &padded] {
        let refused = prove(ServerValues { public, ..HONEST });
        assert_eq!(refused, Err(Refused::MalformedNumber), "{public}");
    }
    let long = "1".repeat(129);
    for salt in ["", "xyz", &long] {
        let refused = prove(ServerValues { salt, ..HONEST });
        assert_eq!(refused, Err(Refused::MalformedNumber), "{salt}");
    }
}

#[test]
fn a_secret_block_that_is_no_base64_is_refused() {
    let long = "A".repeat(16_388);
    for secret_block in ["A", "AA=A", "A A=", "AA-_", &long] {
        let refused = prove(ServerValues {
            secret_block,
            ..HONEST
        });
        assert_eq!(
            refused,
            Err(Refused::MalformedSecretBlock),
            "{secret_block}"
        );
    }
}

#[test]
fn a_secret_of_zero_is_refused() {
    for secret in [&[][..], &[0; 32][..]] {
        let refused = Handshake::dangerous_with_secret(secret).map(|_| ());
        assert_eq!(refused, Err(Refused::ZeroPublicValue));
    }
    let refused = Handshake::dangerous_with_secret(&[1; 129]).map(|_| ());
    assert_eq!(refused, Err(Refused::OutOfRange));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let handshake = Handshake::dangerous_with_secret(&[7; 32]).unwrap();
    assert_eq!(format!("{handshake:?}"), "Handshake([redacted])");
}
