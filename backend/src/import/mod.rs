//! Users out of a file: `CreateUserImportJob` and its siblings, and `cognate users import`.
//!
//! 1. [`job::create`] answers an address to upload to; [`upload`] takes the file there, sealed piece by piece;
//! 2. [`job::start`] hands the job to [`run`], which reads the file ([`csv_file`]), makes a user of each row
//!    ([`row`]) and stores them by the thousand, each batch together with how far the job is;
//! 3. whoever asks sees the counters go up; rows that make no user are in the [`report`], without their values.
//!
//! The command line takes what `export` writes, too ([`json_lines`]).
//!
//! A row makes a user in the status `RESET_REQUIRED`, who sets a password by recovering the account. No trigger
//! is fired, as published.
//!
//! # Security model
//! The upload's address is the only secret of it: keyed with the job's id, good for 15 minutes and one job. The
//! file is personal data: it is sealed in the database and deleted when the job ends. Reports and logs have no
//! values.
//!
//! # Limits
//! `quotas.import_*`; one job of a pool at a time. A restart goes on where the last batch ended. Hashes of
//! passwords are not taken (`docs/decisions/0025`).

pub mod csv_file;
mod escapes;
mod groups;
pub mod job;
pub mod json_lines;
pub mod report;
pub mod row;
pub mod run;
mod spool;
pub mod upload;
