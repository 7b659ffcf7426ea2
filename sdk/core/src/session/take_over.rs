//! Taking over a session that another client of the same app has left: its refresh token.
//!
//! # Security model
//! The old client's tokens are not believed, however they look: only the refresh token is used, and what it
//! buys is verified like the end of any sign-in. A token of another pool or client, or one that was revoked,
//! is refused by the service, and nothing changes here.

use super::User;
use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::secret::RefreshToken;
use crate::wire::Tokens;

impl<P: Ports> Client<P> {
    /// Makes a session of another client's refresh token, in place of one that there is. Where refresh tokens
    /// rotate the old client's is spent by this.
    ///
    /// # Errors
    /// [`ErrorCode::NotAuthorized`] when the service refuses the token, and those of every call. The session stands.
    pub async fn take_over(
        &self,
        token: RefreshToken,
        options: &Options<P>,
    ) -> Result<User, Error> {
        let deadline = self.deadline(options);
        self.have_keys(&deadline).await?;
        let bought = self.buy_for(&token, None, options, &deadline).await;
        let tokens = bought.map_err(|mut error| {
            if error.code == ErrorCode::SessionLost {
                // No session of this client has ended.
                error.code = ErrorCode::NotAuthorized;
            }
            error
        })?;
        let refresh = tokens.refresh.or(Some(token));
        let tokens = Tokens { refresh, ..tokens };
        let session = self.verified_session(tokens, None, &deadline).await?;
        Ok(self.begin(session).await)
    }
}
