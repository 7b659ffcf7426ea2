//! A message as it waits in the outbox, and the making of its text.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Notice, Purpose, link, template};
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::lambda_config::Trigger;
use crate::pools::Pool;
use crate::triggers::custom_message::{self, custom_message};
use crate::triggers::{Occasion, Source};
use crate::users::{Medium, User};

/// What somebody reads.
#[derive(Clone, Serialize, Deserialize)]
pub struct Text {
    /// The subject of an e-mail: nothing personal, no code.
    pub subject: String,
    /// The text.
    pub body: Zeroizing<String>,
    /// Whether the text is HTML, as its template says. What is put into that decides nothing.
    #[serde(default)]
    pub is_html: bool,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text(..)")
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Letter {
    pub(super) client_id: String,
    pub(super) username: String,
    pub(super) medium: Medium,
    pub(super) to: String,
    pub(super) purpose: Purpose,
    /// The code, or the temporary password.
    pub(super) code: Option<Zeroizing<String>>,
    pub(super) client_metadata: Option<ClientMetadata>,
    /// Where a link in it leads to.
    link: Option<Zeroizing<String>>,
    /// Made already, or yet to be made.
    pub(super) text: Option<Text>,
}

impl Letter {
    pub(super) fn of(state: &AppState, notice: &Notice<'_>) -> Self {
        Self {
            client_id: notice.client_id.to_owned(),
            username: notice.user.username.clone(),
            medium: notice.medium,
            to: notice.to.to_owned(),
            purpose: notice.purpose,
            code: notice.code.map(|code| Zeroizing::new(code.to_owned())),
            client_metadata: notice.client_metadata.cloned(),
            link: link::of(state, notice),
            text: None,
        }
    }

    /// The trigger of the pool that delivers it in our place.
    pub(super) fn sender(&self, pool: &Pool) -> Option<Source> {
        let sending = self.purpose.sending()?;
        let (trigger, source) = match self.medium {
            Medium::Email => (
                Trigger::CustomEmailSender,
                Source::CustomEmailSender(sending),
            ),
            Medium::Sms => (Trigger::CustomSmsSender, Source::CustomSmsSender(sending)),
        };
        pool.settings.hook(trigger).map(|_| source)
    }

    pub(super) fn has_sender(&self, pool: &Pool) -> bool {
        self.sender(pool).is_some()
    }

    pub(super) fn occasion<'a>(&'a self, pool: &'a Pool, source: Source) -> Occasion<'a> {
        Occasion {
            pool,
            client_id: &self.client_id,
            username: &self.username,
            source,
        }
    }

    /// Makes the text: the pool's own, or what its trigger `CustomMessage` says.
    pub(super) async fn compose(
        &self,
        state: &AppState,
        pool: &Pool,
        user: &User,
    ) -> Result<Text, ApiError> {
        let mut template = template::of(pool, self.medium, self.purpose, self.link.is_some());
        if let Some(sending) = self.purpose.sending() {
            let occasion = self.occasion(pool, Source::CustomMessage(sending));
            let asked = custom_message::Asked {
                user,
                medium: self.medium,
                has_link: self.link.is_some(),
                client_metadata: self.client_metadata.as_ref(),
            };
            let custom = custom_message(state, occasion, asked).await?;
            template.body = custom.body.unwrap_or(template.body);
            template.subject = custom.subject.unwrap_or(template.subject);
        }
        let shown_name = user.attributes.get("email").unwrap_or(&user.username);
        let code = self.code.as_deref().map(String::as_str);
        let link = self.link.as_deref().map(String::as_str);
        Ok(template.filled(shown_name, code, link))
    }
}
