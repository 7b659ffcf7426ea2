//! Links that confirm a sign-up (`VerificationMessageTemplate.DefaultEmailOption = CONFIRM_WITH_LINK`).

use url::Url;
use zeroize::Zeroizing;

use super::{Notice, Purpose};
use crate::app::AppState;
use crate::users::Medium;

/// The path of the page that a link leads to.
pub const PATH: &str = "/confirmUser";

/// The link for a message that has one: sign-ups by e-mail, in pools that want it. It begins with the configured
/// public address, whatever the request said.
pub(super) fn of(state: &AppState, notice: &Notice<'_>) -> Option<Zeroizing<String>> {
    let is_of_sign_up = matches!(notice.purpose, Purpose::SignUp | Purpose::ResendCode);
    let code = notice.code.filter(|_| {
        is_of_sign_up && notice.medium == Medium::Email && notice.pool.texts().confirms_with_link()
    })?;
    let mut url = Url::parse(&format!("{}{PATH}", state.public_url)).ok()?;
    url.query_pairs_mut()
        .append_pair("client_id", notice.client_id)
        .append_pair("user_name", &notice.user.username)
        .append_pair("confirmation_code", code);
    Some(Zeroizing::new(url.into()))
}
