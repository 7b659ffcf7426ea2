//! A code for a custom sender: a message of the AWS Encryption SDK (message format version 2, algorithm suite
//! `0x0478`: AES-256-GCM, HKDF-SHA512, key commitment, no signature).
//!
//! In the service the data key is encrypted by KMS. Here it is wrapped by the key that the configuration
//! names, as the SDK's raw AES keyring does it (AES-256-GCM, 12 byte IV, 16 byte tag), with the key namespace `cognate` and the
//! key name `sender`. So the SDK's own libraries open it, with that keyring in the place of KMS's.

use std::fmt;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{self, HKDF_SHA512};
use zeroize::Zeroizing;

use crate::error::ApiError;
use crate::random;

const SUITE: [u8; 2] = [0x04, 0x78];
const NAMESPACE: &[u8] = b"cognate";
const NAME: &[u8] = b"sender";
const FRAME_LENGTH: u32 = 4096;
const TAG_BITS: u32 = 128;
const NONCE_LENGTH: u32 = 12;

/// What codes for senders are sealed with: 256 bits that the handler has, too.
pub struct SenderKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for SenderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SenderKey(..)")
    }
}

impl SenderKey {
    /// Reads a file of 64 hexadecimal digits.
    ///
    /// # Errors
    /// If there is none, or it has something else.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let text = Zeroizing::new(std::fs::read_to_string(path)?);
        let wrong = || std::io::Error::other("it must have 64 hexadecimal digits");
        let digits: Vec<u32> = text.trim().chars().filter_map(|c| c.to_digit(16)).collect();
        if digits.len() != 64 || text.trim().len() != 64 {
            return Err(wrong());
        }
        let mut key = Zeroizing::new([0; 32]);
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else {
                return Err(wrong());
            };
            *byte = u8::try_from(high * 16 + low).map_err(|_| wrong())?;
        }
        Ok(Self(key))
    }
}

/// Seals a code.
///
/// # Errors
/// If there is no randomness.
pub(super) fn seal(key: &SenderKey, code: &[u8]) -> Result<Vec<u8>, ApiError> {
    let mut message_id = [0; 32];
    random::fill(&mut message_id)?;
    let mut data_key = Zeroizing::new([0; 32]);
    random::fill(data_key.as_mut_slice())?;
    let mut iv = [0; 12];
    random::fill(&mut iv)?;
    seal_with(key, code, &message_id, &data_key, iv)
        .map_err(|_| ApiError::internal_error("A code could not be sealed."))
}

fn seal_with(
    key: &SenderKey,
    code: &[u8],
    message_id: &[u8; 32],
    data_key: &[u8; 32],
    iv: [u8; 12],
) -> Result<Vec<u8>, Unspecified> {
    // The wrapped data key.
    let mut wrapped = data_key.to_vec();
    gcm(key.0.as_slice(), iv, &[], &mut wrapped)?;
    let mut provider_info = NAME.to_vec();
    provider_info.extend(TAG_BITS.to_be_bytes());
    provider_info.extend(NONCE_LENGTH.to_be_bytes());
    provider_info.extend(iv);

    // What the message is encrypted with, and what commits to it.
    let derive = |label: &[&[u8]]| -> Result<Zeroizing<[u8; 32]>, Unspecified> {
        let mut out = Zeroizing::new([0; 32]);
        hkdf::Salt::new(HKDF_SHA512, message_id)
            .extract(data_key)
            .expand(label, Length32)?
            .fill(out.as_mut_slice())?;
        Ok(out)
    };
    let message_key = derive(&[&SUITE, b"DERIVEKEY"])?;
    let commitment = derive(&[b"COMMITKEY"])?;

    // The header, without an encryption context.
    let mut message = vec![0x02];
    message.extend(SUITE);
    message.extend(message_id);
    message.extend([0, 0]);
    message.extend([0, 1]);
    for field in [NAMESPACE, &provider_info, &wrapped] {
        let length = u16::try_from(field.len()).map_err(|_| Unspecified)?;
        message.extend(length.to_be_bytes());
        message.extend(field);
    }
    message.push(0x02);
    message.extend(FRAME_LENGTH.to_be_bytes());
    message.extend(commitment.as_slice());
    let mut tag = Vec::new();
    gcm(message_key.as_slice(), [0; 12], &message, &mut tag)?;
    message.extend(tag);

    // The only frame, which is the last one.
    let sequence = 1_u32.to_be_bytes();
    let mut frame_iv = [0; 12];
    let [.., a, b, c, d] = &mut frame_iv;
    [*a, *b, *c, *d] = sequence;
    let mut aad = message_id.to_vec();
    aad.extend(b"AWSKMSEncryptionClient Final Frame");
    aad.extend(sequence);
    aad.extend((code.len() as u64).to_be_bytes());
    let mut content = code.to_vec();
    gcm(message_key.as_slice(), frame_iv, &aad, &mut content)?;
    message.extend([0xff; 4]);
    message.extend(sequence);
    message.extend(frame_iv);
    let length = u32::try_from(code.len()).map_err(|_| Unspecified)?;
    message.extend(length.to_be_bytes());
    message.extend(content);
    Ok(message)
}

/// Encrypts in place; the tag follows.
fn gcm(key: &[u8], iv: [u8; 12], aad: &[u8], text: &mut Vec<u8>) -> Result<(), Unspecified> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?);
    let nonce = Nonce::assume_unique_for_key(iv);
    key.seal_in_place_append_tag(nonce, Aad::from(aad), text)
}

struct Length32;

impl hkdf::KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}
