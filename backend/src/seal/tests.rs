use super::*;

const PLACE: Place<'_> = Place {
    table: "users",
    column: "verifier",
    row: "alice",
    pool: "local_demo",
};

fn sealer(byte: u8) -> Sealer {
    Sealer::new(&MasterKey::from_bytes([byte; 32])).unwrap()
}

#[test]
fn a_sealed_value_opens_where_it_was_sealed_for() {
    let sealed = sealer(1).seal(PLACE, b"verifier").unwrap();
    assert_eq!(
        sealer(1).open(PLACE, &sealed).unwrap().as_slice(),
        b"verifier"
    );
    assert!(!sealed.windows(8).any(|window| window == b"verifier"));
}

#[test]
fn a_sealed_value_moved_to_another_row_column_table_or_pool_does_not_open() {
    let sealed = sealer(1).seal(PLACE, b"verifier").unwrap();
    for place in [
        Place {
            row: "mallory",
            ..PLACE
        },
        Place {
            column: "salt",
            ..PLACE
        },
        Place {
            table: "clients",
            ..PLACE
        },
        Place {
            pool: "local_other",
            ..PLACE
        },
    ] {
        assert!(matches!(
            sealer(1).open(place, &sealed),
            Err(SealError::Damaged)
        ));
    }
}

#[test]
fn the_boundary_between_row_and_pool_cannot_be_moved() {
    let sealed = sealer(1)
        .seal(
            Place {
                row: "ab",
                pool: "c",
                ..PLACE
            },
            b"x",
        )
        .unwrap();
    assert!(
        sealer(1)
            .open(
                Place {
                    row: "a",
                    pool: "bc",
                    ..PLACE
                },
                &sealed
            )
            .is_err()
    );
}

#[test]
fn every_changed_byte_is_noticed() {
    let sealed = sealer(1).seal(PLACE, b"verifier").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(sealer(1).open(PLACE, &changed).is_err(), "byte {at}");
    }
    assert!(sealer(1).open(PLACE, &sealed[..10]).is_err());
}

#[test]
fn another_master_key_is_named_as_the_cause() {
    let sealed = sealer(1).seal(PLACE, b"verifier").unwrap();
    assert!(matches!(
        sealer(2).open(PLACE, &sealed),
        Err(SealError::OtherKey)
    ));
}

#[test]
fn hashes_depend_on_the_key_and_on_every_part() {
    let one = sealer(1);
    assert_eq!(
        one.lookup("email", "p", "a@b"),
        one.lookup("email", "p", "a@b")
    );
    assert_ne!(
        one.lookup("email", "p", "a@b"),
        one.lookup("email", "q", "a@b")
    );
    assert_ne!(
        one.lookup("email", "p", "a@b"),
        sealer(2).lookup("email", "p", "a@b")
    );
    assert_ne!(
        one.derive("salt", &[b"ab", b"c"]),
        one.derive("salt", &[b"a", b"bc"])
    );
    assert_ne!(
        one.derive("salt", &[b"p", b"a@b"]),
        one.lookup("salt", "p", "a@b")
    );
}
