//! What a pool says about the texts of its messages.

use serde::{Deserialize, Serialize};

/// The texts of a pool; what is `None` has a text that everybody has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PoolTexts {
    verification_message_template: Verification,
    sms_verification_message: Option<String>,
    email_verification_message: Option<String>,
    email_verification_subject: Option<String>,
    email_configuration: Email,
    admin_create_user_config: AdminCreateUser,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Verification {
    sms_message: Option<String>,
    email_message: Option<String>,
    email_subject: Option<String>,
    email_message_by_link: Option<String>,
    email_subject_by_link: Option<String>,
    default_email_option: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Email {
    from: Option<String>,
    reply_to_email_address: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AdminCreateUser {
    invite_message_template: Invitation,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Invitation {
    #[serde(rename = "SMSMessage")]
    sms_message: Option<String>,
    #[serde(rename = "EmailMessage")]
    email_message: Option<String>,
    #[serde(rename = "EmailSubject")]
    email_subject: Option<String>,
}

impl PoolTexts {
    /// Whether a sign-up is confirmed with a link in the mail, not a code.
    #[must_use]
    pub fn confirms_with_link(&self) -> bool {
        let option = &self.verification_message_template.default_email_option;
        option.as_deref() == Some("CONFIRM_WITH_LINK")
    }

    /// A text message with a verification code.
    #[must_use]
    pub fn verification_sms(&self) -> Option<&str> {
        let template = &self.verification_message_template;
        let own = template.sms_message.as_ref();
        own.or(self.sms_verification_message.as_ref())
            .map(String::as_str)
    }

    /// An e-mail with a verification code.
    #[must_use]
    pub fn verification_email(&self) -> Option<&str> {
        let template = &self.verification_message_template;
        let own = template.email_message.as_ref();
        own.or(self.email_verification_message.as_ref())
            .map(String::as_str)
    }

    /// Its subject.
    #[must_use]
    pub fn verification_subject(&self) -> Option<&str> {
        let template = &self.verification_message_template;
        let own = template.email_subject.as_ref();
        own.or(self.email_verification_subject.as_ref())
            .map(String::as_str)
    }

    /// An e-mail with a link.
    #[must_use]
    pub fn link_email(&self) -> Option<&str> {
        self.verification_message_template
            .email_message_by_link
            .as_deref()
    }

    /// Its subject.
    #[must_use]
    pub fn link_subject(&self) -> Option<&str> {
        self.verification_message_template
            .email_subject_by_link
            .as_deref()
    }

    /// A text message that invites.
    #[must_use]
    pub fn invitation_sms(&self) -> Option<&str> {
        self.invitation().sms_message.as_deref()
    }

    /// An e-mail that invites.
    #[must_use]
    pub fn invitation_email(&self) -> Option<&str> {
        self.invitation().email_message.as_deref()
    }

    /// Its subject.
    #[must_use]
    pub fn invitation_subject(&self) -> Option<&str> {
        self.invitation().email_subject.as_deref()
    }

    /// Who e-mails come from.
    #[must_use]
    pub fn email_from(&self) -> Option<&str> {
        self.email_configuration.from.as_deref()
    }

    /// Who answers to them go to.
    #[must_use]
    pub fn email_reply_to(&self) -> Option<&str> {
        self.email_configuration.reply_to_email_address.as_deref()
    }

    fn invitation(&self) -> &Invitation {
        &self.admin_create_user_config.invite_message_template
    }
}
