//! Texts with placeholders: `{####}` for the code, `{username}`, `{##text##}` for a link with that text.

use zeroize::Zeroizing;

use super::{Purpose, Text};
use crate::html::escaped;
use crate::pools::{Factor, Pool};
use crate::users::Medium;

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) subject: String,
    pub(super) body: String,
}

fn said(subject: &str, body: &str) -> Template {
    Template {
        subject: subject.to_owned(),
        body: body.to_owned(),
    }
}

/// What a pool says about such a message, or what everybody says.
pub(super) fn of(pool: &Pool, medium: Medium, purpose: Purpose, has_link: bool) -> Template {
    let texts = pool.texts();
    let what = match purpose {
        Purpose::ForgotPassword => "password reset",
        Purpose::UpdateAttribute | Purpose::VerifyAttribute => "verification",
        Purpose::SignUp | Purpose::ResendCode => "confirmation",
        Purpose::Authentication => {
            let factor = match medium {
                Medium::Email => Factor::Email,
                Medium::Sms => Factor::Sms,
            };
            let (subject, body) = pool.mfa.template(factor);
            return Template { subject, body };
        }
        Purpose::Invitation => {
            let body = match medium {
                Medium::Email => texts.invitation_email(),
                Medium::Sms => texts.invitation_sms(),
            };
            return Template {
                subject: or(texts.invitation_subject(), "Your temporary password"),
                body: or(
                    body,
                    "Your username is {username} and temporary password is {####}",
                ),
            };
        }
        Purpose::AccountProof => {
            return said(
                "Confirm that it is you",
                "Your code is {####}. It lets you change how you sign in to your account. If you did not ask for it, \
                 give it to nobody, and sign out where you are signed in.",
            );
        }
        Purpose::ProviderLinked => {
            return said(
                "A way to sign in was added",
                "Another provider was linked to your account: who signs in there can sign in as you. If that was not \
                 you, unlink it on your account page, and sign out everywhere.",
            );
        }
        Purpose::ProviderUnlinked => {
            return said(
                "A way to sign in was removed",
                "A provider was unlinked from your account, and signs you in no more. If that was not you, look at your \
                 account page, and sign out everywhere.",
            );
        }
        Purpose::PasskeyAdded => {
            return said(
                "A passkey was added",
                "A passkey was added to your account: it signs in without your password. If that was \
                 not you, delete it, sign out everywhere and change your password.",
            );
        }
    };
    if has_link {
        return Template {
            subject: or(texts.link_subject(), "Your confirmation link"),
            body: or(
                texts.link_email(),
                "Please click the link below to confirm your e-mail address. {##Confirm##}",
            ),
        };
    }
    let body = match medium {
        Medium::Email => texts.verification_email(),
        Medium::Sms => texts.verification_sms(),
    };
    Template {
        subject: or(texts.verification_subject(), &format!("Your {what} code")),
        body: or(body, &format!("Your {what} code is {{####}}.")),
    }
}

impl Template {
    /// The text, with everything in its place. What is put in is not looked through for placeholders; in a text
    /// that is HTML it is escaped.
    pub(super) fn filled(&self, username: &str, code: Option<&str>, link: Option<&str>) -> Text {
        let is_html = is_html(&self.body) || link.is_some();
        let shown = |text: &str| {
            if is_html {
                escaped(text)
            } else {
                text.to_owned()
            }
        };
        let mut body = Zeroizing::new(String::new());
        let mut rest = self.body.as_str();
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            body.push_str(before);
            let (put, length) = if from.starts_with("{####}") {
                (code.map(shown), "{####}".len())
            } else if from.starts_with("{username}") {
                (Some(shown(username)), "{username}".len())
            } else if let Some((words, length)) = link_words(from) {
                let anchor = link.map(|link| format!("<a href=\"{}\">{words}</a>", escaped(link)));
                (anchor, length)
            } else {
                (None, 1)
            };
            match put {
                Some(put) => body.push_str(&put),
                None => body.push_str(from.get(..length).unwrap_or_default()),
            }
            rest = from.get(length..).unwrap_or_default();
        }
        body.push_str(rest);
        Text {
            subject: self.subject.clone(),
            body,
            is_html,
        }
    }
}

/// Whether a template is HTML: it has a tag, or an entity.
fn is_html(text: &str) -> bool {
    let has_tag = text.match_indices('<').any(|(at, _)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '!')
            && text.get(at..).is_some_and(|rest| rest.contains('>'))
    });
    has_tag || text.contains("&nbsp;") || text.contains("&amp;")
}

/// The words of a link at the beginning of a text, and the length of its placeholder.
fn link_words(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix("{##")?;
    let end = inner.find("##}")?;
    let words = inner.get(..end)?;
    Some((words, end + "{####}".len()))
}

fn or(own: Option<&str>, default: &str) -> String {
    own.unwrap_or(default).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(body: &str, username: &str, link: Option<&str>) -> String {
        let template = Template {
            subject: String::new(),
            body: body.to_owned(),
        };
        template
            .filled(username, Some("123456"), link)
            .body
            .to_string()
    }

    #[test]
    fn placeholders_are_filled_once_and_others_stay() {
        assert_eq!(
            filled("{username}: {####}, {other} {", "{####}", None),
            "{####}: 123456, {other} {"
        );
        assert_eq!(filled("a < b {username}", "<x>", None), "a < b <x>");
    }

    #[test]
    fn what_is_put_into_html_is_escaped() {
        assert_eq!(
            filled("<b>{username}</b> {####}", "<i>&\"", None),
            "<b>&lt;i&gt;&amp;&quot;</b> 123456"
        );
    }

    #[test]
    fn the_template_says_whether_a_text_is_html_and_not_what_is_put_into_it() {
        let of = |body: &str| Template {
            subject: String::new(),
            body: body.to_owned(),
        };
        let plain = of("For {username}: {####}").filled("<b>x</b>&amp;", Some("<i>"), None);
        assert!(!plain.is_html);
        assert_eq!(*plain.body, "For <b>x</b>&amp;: <i>");
        assert!(of("<p>{####}</p>").filled("x", None, None).is_html);
        assert!(
            of("{##Confirm##}")
                .filled("x", None, Some("https://a/"))
                .is_html
        );
    }

    #[test]
    fn a_link_has_its_words() {
        assert_eq!(
            filled("Please {##click here##}.", "", Some("https://a/?b=1&c=2")),
            "Please <a href=\"https://a/?b=1&amp;c=2\">click here</a>."
        );
        assert_eq!(filled("{##left##}", "", None), "{##left##}");
    }
}
