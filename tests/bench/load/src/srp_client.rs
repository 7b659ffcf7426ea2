//! The client's side of SRP as cheaply as this machine can do it: the SDK's hashes over AWS-LC's exponentiation, which the backend brings.
//! The SDK's own exponentiation is made for wasm and takes more processor time than the server that is to be measured; the numbers that
//! go over the wire are the same ones. Nothing is kept from one sign-in to the next.

use base64ct::{Base64, Encoding};
use cognate_backend::srp::group::{self, ArithmeticError, Element, LENGTH};
use cognate_core::srp::{
    K_MULTIPLIER, N, claim, identity_hash, private_exponent, scrambling, session_key,
};

/// `a` and `A` of one sign-in.
pub(crate) struct Client {
    secret: [u8; 32],
    public: Element,
}

/// What the server sent, and for whom.
#[derive(Debug)]
pub(crate) struct Challenge<'a> {
    pub(crate) pool: &'a str,
    pub(crate) user: &'a str,
    pub(crate) salt: &'a str,
    pub(crate) b_public: &'a str,
    pub(crate) secret_block: &'a str,
}

impl Client {
    pub(crate) fn new(secret: [u8; 32]) -> Result<Self, ArithmeticError> {
        let public = group::generator_power(&secret)?;
        Ok(Self { secret, public })
    }

    pub(crate) fn public_hex(&self) -> String {
        self.public
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The claim's signature, in base64; `None` for values that no honest server sends.
    pub(crate) fn prove(
        &self,
        challenge: &Challenge<'_>,
        password: &str,
        timestamp: &str,
    ) -> Option<String> {
        let b_public = Element::from_bytes(&bytes_from_hex(challenge.b_public)?)?;
        let secret_block = Base64::decode_vec(challenge.secret_block).ok()?;
        let u = scrambling(self.public.as_bytes(), b_public.as_bytes());
        let x = private_exponent(
            &bytes_from_hex(challenge.salt)?,
            &identity_hash(challenge.pool, challenge.user, password),
        );
        let k = Element::from_bytes(&K_MULTIPLIER)?;
        let subtracted = negative(&group::product(&k, &group::generator_power(&x).ok()?).ok()?)?;
        let base = group::sum(&b_public, &subtracted).ok()?;
        let s = group::element_power(&base, &sum_of_product(&self.secret, &u, &x)).ok()?;
        let key = session_key(&u, s.as_bytes());
        Some(Base64::encode_string(&claim(
            &key,
            challenge.pool,
            challenge.user,
            &secret_block,
            timestamp,
        )))
    }
}

/// `N - number`.
fn negative(number: &Element) -> Option<Element> {
    let mut difference = [0; LENGTH];
    let mut borrow = false;
    for ((out, n), byte) in difference.iter_mut().zip(N).zip(number.as_bytes()).rev() {
        let (step, first) = n.overflowing_sub(*byte);
        let (value, second) = step.overflowing_sub(u8::from(borrow));
        *out = value;
        borrow = first || second;
    }
    Element::from_bytes(&difference)
}

/// `a + u * x`, big-endian.
fn sum_of_product(a: &[u8; 32], u: &[u8; 32], x: &[u8; 32]) -> [u8; 65] {
    let mut columns = [0_u32; 65];
    for (i, left) in u.iter().rev().enumerate() {
        for (column, right) in columns.iter_mut().skip(i).zip(x.iter().rev()) {
            *column += u32::from(*left) * u32::from(*right);
        }
    }
    for (column, byte) in columns.iter_mut().zip(a.iter().rev()) {
        *column += u32::from(*byte);
    }
    let mut result = [0; 65];
    let mut carry = 0;
    for (out, column) in result.iter_mut().rev().zip(columns) {
        let value = column + carry;
        *out = value.to_le_bytes()[0];
        carry = value >> 8;
    }
    result
}

fn bytes_from_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect::<Option<_>>()?;
    Some(
        digits
            .rchunks(2)
            .rev()
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}
