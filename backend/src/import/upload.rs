//! Taking a file: `PUT` to the address that `CreateUserImportJob` answers (`PreSignedUrl`).
//!
//! # Security model
//! Who knows the address may upload; nobody else can make one, since its secret is a keyed hash of the job's id.
//! An unknown job, a wrong secret and an address that expired are the same refusal.

use base64ct::{Base64UrlUnpadded, Encoding};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::job::{CREATED, Job};
use super::spool::{self, PIECE};
use crate::app::AppState;
use crate::error::ApiError;

/// The path of uploads, before the job's id.
pub const PATH: &str = "/_cognate/import/";
/// The parameter of the query that has the secret.
pub const SECRET: &str = "upload";
/// For how long a job's address is good. Published: 15 minutes.
pub const SECONDS: i64 = 15 * 60;

/// The address for a job's file.
#[must_use]
pub fn address(state: &AppState, job_id: &str) -> String {
    let secret = secret(state, job_id);
    format!(
        "{}{PATH}{job_id}?{SECRET}={}",
        state.public_url,
        secret.as_str()
    )
}

/// Why a file is not taken.
#[derive(Debug)]
pub enum UploadError {
    /// There is no such address, or no longer.
    Forbidden,
    /// It has more bytes than a file may have.
    TooLarge,
    /// It did not come to its end.
    Interrupted,
    /// A fault of ours.
    Internal(ApiError),
}

impl<E: Into<ApiError>> From<E> for UploadError {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

/// A file on its way.
#[derive(Debug)]
pub struct Upload<'a> {
    state: &'a AppState,
    job_id: String,
    id: String,
    position: i64,
    bytes: usize,
    piece: Zeroizing<Vec<u8>>,
}

impl<'a> Upload<'a> {
    /// Begins, if the address is good.
    ///
    /// # Errors
    /// [`UploadError::Forbidden`]
    pub async fn begin(
        state: &'a AppState,
        job_id: &str,
        given: &str,
    ) -> Result<Self, UploadError> {
        let row = state.store.import_job(job_id).await?;
        let expected = secret(state, job_id);
        let is_right = bool::from(expected.as_bytes().ct_eq(given.as_bytes()));
        let job = row.filter(|job| {
            is_right && job.status == CREATED && state.clock.now() < job.created_at + SECONDS
        });
        let job = job.ok_or(UploadError::Forbidden)?;
        Ok(Self {
            state,
            job_id: job.id,
            id: Uuid::new_v4().to_string(),
            position: 0,
            bytes: 0,
            piece: Zeroizing::default(),
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`]
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), UploadError> {
        self.bytes += bytes.len();
        if self.bytes > self.state.config.quotas.import_file_bytes {
            return Err(UploadError::TooLarge);
        }
        while !bytes.is_empty() {
            let space = PIECE.saturating_sub(self.piece.len()).min(bytes.len());
            let (now, later) = bytes.split_at(space);
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// That was all: the job has its file.
    ///
    /// # Errors
    /// [`UploadError::Forbidden`] if the job was started meanwhile.
    pub async fn finish(mut self) -> Result<(), UploadError> {
        self.flush().await?;
        let store = &self.state.store;
        let is_taken = store.complete_import_upload(&self.job_id, &self.id).await?;
        if is_taken {
            Ok(())
        } else {
            Err(UploadError::Forbidden)
        }
    }

    /// It will not come to an end.
    pub async fn abandon(self) {
        // What stays is swept away later.
        drop(self.state.store.delete_import_upload(&self.id).await);
    }

    async fn flush(&mut self) -> Result<(), UploadError> {
        let piece = std::mem::take(&mut self.piece);
        spool::write(self.state, &self.job_id, &self.id, self.position, &piece).await?;
        self.position += 1;
        Ok(())
    }
}

/// Whether a job still has an address.
#[must_use]
pub(super) fn is_open(job: &Job, now: i64) -> bool {
    job.status == CREATED && now < job.created_at + SECONDS
}

fn secret(state: &AppState, job_id: &str) -> Zeroizing<String> {
    let derived = Zeroizing::new(state.sealer.derive("import upload", &[job_id.as_bytes()]));
    Zeroizing::new(Base64UrlUnpadded::encode_string(&derived[..]))
}
