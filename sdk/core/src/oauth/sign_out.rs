//! Leaving the login domain: the address of `/logout`.

use alloc::string::String;

use crate::client::Client;
use crate::form::Form;
use crate::ports::Ports;
use crate::text::joined;

impl<P: Ports> Client<P> {
    /// Where to send the browser after this session's sign-out, so that the login domain forgets the
    /// person too and sends the browser on to [`sign_out_uri`](super::OAuthConfig::sign_out_uri). `None`
    /// without one, and unless the session began by redirect. Asked before the sign-out.
    ///
    /// Without it the next sign-in by redirect asks for no password while the domain remembers the person.
    #[must_use]
    pub fn sign_out_url(&self) -> Option<String> {
        let oauth = self.oauth.as_ref()?;
        let session = self.session.borrow();
        session.as_ref().filter(|session| session.by_redirect)?;
        let mut query = Form::new();
        query
            .add("client_id", self.service.config.client.as_str())
            .add("logout_uri", oauth.sign_out_uri.as_deref()?);
        Some(joined(&[
            oauth.domain.as_str(),
            "/logout?",
            &query.finish(),
        ]))
    }
}
