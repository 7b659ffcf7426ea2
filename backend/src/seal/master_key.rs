//! The master key and its file.
//!
//! The file holds 64 hexadecimal digits. Without a configured one, `serve` makes `master.key` in the
//! data folder with mode 0600 on its first start. That protects whoever loses the database alone (a
//! backup, a copied file); it does not protect against somebody who reads the whole folder.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 32 secret bytes every other key of the backend comes from.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A key with this value.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// If it cannot be read or is not 64 hexadecimal digits.
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| at(path, error))?);
        parse(&text).ok_or_else(|| MasterKeyError::Malformed(path.to_owned()))
    }

    /// Reads the key file, or makes one if there is none. The flag says whether it was made now.
    ///
    /// # Errors
    /// If it can neither be read nor made.
    pub fn read_or_create(path: &Path) -> Result<(Self, bool), MasterKeyError> {
        match Self::read(path) {
            Err(MasterKeyError::File { source, .. })
                if source.kind() == io::ErrorKind::NotFound => {}
            read => return Ok((read?, false)),
        }
        let mut key = Self([0; 32]);
        rand::fill(&mut key.0).map_err(|_| MasterKeyError::Randomness)?;
        match key.write(path) {
            Ok(()) => Ok((key, true)),
            // Another process made it in the meantime: its key is the key.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok((Self::read(path)?, false))
            }
            Err(error) => Err(at(path, error)),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        &self.0
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut text = Zeroizing::new(String::with_capacity(65));
        for byte in self.0 {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        text.push('\n');
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or written.
    #[error("the master key file {} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the master key file {} must hold 64 hexadecimal digits", .0.display())]
    Malformed(PathBuf),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Randomness,
}

fn at(path: &Path, source: io::Error) -> MasterKeyError {
    MasterKeyError::File {
        path: path.to_owned(),
        source,
    }
}

fn parse(text: &str) -> Option<MasterKey> {
    let digits = text.trim().as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut key = MasterKey([0; 32]);
    for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let high = char::from(*high).to_digit(16)?;
        let low = char::from(*low).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_made_on_the_first_start_is_the_key_of_the_second() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let (first, made) = MasterKey::read_or_create(&path).unwrap();
        assert!(made);
        let (second, made) = MasterKey::read_or_create(&path).unwrap();
        assert!(!made);
        assert_eq!(first.secret(), second.secret());
        assert_ne!(first.secret(), &[0; 32]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_key_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::read_or_create(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_file_with_something_else_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, "not a key").unwrap();
        assert!(matches!(
            MasterKey::read_or_create(&path),
            Err(MasterKeyError::Malformed(named)) if named == path
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
    }
}
