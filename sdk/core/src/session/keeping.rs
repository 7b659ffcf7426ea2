//! What the end of a sign-in is on a platform: a session, or nothing.
//!
//! A type, not a setting: what makes, verifies and keeps sessions is then compiled only for platforms
//! that have them.
#![expect(
    private_interfaces,
    async_fn_in_trait,
    reason = "the operations are sealed: nobody outside can call them"
)]

use super::User;
use crate::client::Client;
use crate::device::{Arrival, Device};
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
    use super::{Arrival, Client, Deadline, Device, Error, Ports, Tokens, User};

    pub trait Keeping {
        /// Whether devices are kept at all.
        const DEVICES: bool;

        /// The device that is kept for this name.
        async fn find_device<P: Ports>(client: &Client<P>, name: &str) -> Option<Device>;

        /// Forgets a device that was found under this name.
        async fn drop_device<P: Ports>(client: &Client<P>, device: Device, name: &str);

        /// Before tokens are asked for: the keys to verify them are there.
        async fn prepare<P: Ports>(
            client: &Client<P>,
            deadline: &Deadline<'_, P::Cancel>,
        ) -> Result<(), Error>;

        /// Makes the session of what a sign-in gave.
        async fn begin<P: Ports>(
            client: &Client<P>,
            tokens: Tokens,
            arrival: Arrival<'_>,
            deadline: &Deadline<'_, P::Cancel>,
        ) -> Result<User, Error>;
    }
}

impl sealed::Keeping for Sessions {
    const DEVICES: bool = true;

    async fn find_device<P: Ports>(client: &Client<P>, name: &str) -> Option<Device> {
        client.find_device(name).await
    }

    async fn drop_device<P: Ports>(client: &Client<P>, device: Device, name: &str) {
        client.drop_device(&device, name).await;
    }

    async fn prepare<P: Ports>(
        client: &Client<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        client.fetch_keys_once(deadline).await
    }

    async fn begin<P: Ports>(
        client: &Client<P>,
        tokens: Tokens,
        arrival: Arrival<'_>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<User, Error> {
        client.begin_session(tokens, arrival, deadline).await
    }
}

impl sealed::Keeping for NoSessions {
    const DEVICES: bool = false;

    async fn find_device<P: Ports>(_: &Client<P>, _: &str) -> Option<Device> {
        None
    }

    async fn drop_device<P: Ports>(_: &Client<P>, _: Device, _: &str) {}

    async fn prepare<P: Ports>(_: &Client<P>, _: &Deadline<'_, P::Cancel>) -> Result<(), Error> {
        Ok(())
    }

    async fn begin<P: Ports>(
        _: &Client<P>,
        _: Tokens,
        _: Arrival<'_>,
        _: &Deadline<'_, P::Cancel>,
    ) -> Result<User, Error> {
        Err(Error::answered(
            ErrorCode::InvalidResponse,
            "there were tokens, and this platform keeps no sessions",
        ))
    }
}
