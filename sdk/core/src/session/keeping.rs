//! What the end of a sign-in is on a platform: a session, or nothing.
//!
//! A type, not a setting: what makes, verifies and keeps sessions is then compiled only for platforms
//! that have them.
#![expect(
    private_interfaces,
    async_fn_in_trait,
    reason = "the operations are sealed: nobody outside can call them"
)]

use super::{Session, User};
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::transport::Deadline;
use crate::wire::Tokens;

/// Whether a platform has sessions: [`Sessions`] or [`NoSessions`].
pub trait Keeping: sealed::Keeping {}

/// Signing in begins a session.
#[derive(Debug, Clone, Copy)]
pub enum Sessions {}

/// There is never a session: a page of the login domain.
#[derive(Debug, Clone, Copy)]
pub enum NoSessions {}

impl Keeping for Sessions {}
impl Keeping for NoSessions {}

pub(crate) mod sealed {
    use super::{Client, Deadline, Error, Ports, Session, Tokens, User};

    pub trait Keeping {
        /// Whether devices are kept at all.
        const DEVICES: bool;

        /// Before tokens are asked for: the keys to verify them are there.
        async fn prepare<P: Ports>(
            client: &Client<P>,
            deadline: &Deadline<'_, P::Cancel>,
        ) -> Result<(), Error>;

        /// The session of what a sign-in gave: verified, and not begun.
        async fn verify<P: Ports>(
            client: &Client<P>,
            tokens: Tokens,
            deadline: &Deadline<'_, P::Cancel>,
            into: &mut Option<Session>,
        ) -> Result<(), Error>;

        /// Begins it, as `Client::begin` does.
        async fn begin<P: Ports>(
            client: &Client<P>,
            session: Session,
            sign_outs: u32,
            is_taken_over: bool,
            deadline: &Deadline<'_, P::Cancel>,
        ) -> Result<User, Error>;
    }
}

impl sealed::Keeping for Sessions {
    const DEVICES: bool = true;

    async fn prepare<P: Ports>(
        client: &Client<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        client.fetch_keys_once(deadline).await
    }

    async fn verify<P: Ports>(
        client: &Client<P>,
        tokens: Tokens,
        deadline: &Deadline<'_, P::Cancel>,
        into: &mut Option<Session>,
    ) -> Result<(), Error> {
        *into = Some(client.verified_session(tokens, None, deadline).await?);
        Ok(())
    }

    async fn begin<P: Ports>(
        client: &Client<P>,
        session: Session,
        sign_outs: u32,
        is_taken_over: bool,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<User, Error> {
        client
            .begin(session, sign_outs, is_taken_over, deadline)
            .await
    }
}

impl sealed::Keeping for NoSessions {
    const DEVICES: bool = false;

    async fn prepare<P: Ports>(_: &Client<P>, _: &Deadline<'_, P::Cancel>) -> Result<(), Error> {
        Ok(())
    }

    async fn verify<P: Ports>(
        _: &Client<P>,
        _: Tokens,
        _: &Deadline<'_, P::Cancel>,
        _: &mut Option<Session>,
    ) -> Result<(), Error> {
        Err(Error::answered(
            ErrorCode::InvalidResponse,
            "there were tokens, and this platform keeps no sessions",
        ))
    }

    async fn begin<P: Ports>(
        _: &Client<P>,
        session: Session,
        _: u32,
        _: bool,
        _: &Deadline<'_, P::Cancel>,
    ) -> Result<User, Error> {
        Ok(session.user)
    }
}
