use std::collections::BTreeSet;

use cognate_core::password::policy::Violation;
use cognate_core::secret::TotpSecret;
use cognate_core::{ErrorCode, login::PATH};

use super::{page, typed, window_title};
use crate::element::{Element, Press};
use crate::flow::{
    Alert, Attribute, Busy, Challenge, Factor, Failure, Field, Finished, Form, Link, Login, Notice,
    Page, Problem, Provider, State, StepHandle,
};
use crate::i18n::Lang;
use crate::screen::{Picture, Screen};

/// Every page, as it is when nothing went wrong yet.
fn pages() -> Vec<Page> {
    let step = StepHandle("{\"step\":1}".into());
    let destination = Some("a***@e***".to_owned());
    let mut pages = vec![
        Page::SignIn,
        Page::SignUp,
        Page::Confirm {
            destination: destination.clone(),
            resend_after_ms: 0,
        },
        Page::NewPassword {
            step: step.clone(),
            missing: vec!["name".into(), "custom:team".into()],
        },
        Page::ChooseFactor {
            step: step.clone(),
            factors: vec![Factor::Totp, Factor::Email, Factor::Sms],
            is_setup: false,
        },
        Page::EnrolTotp { step: step.clone() },
        Page::EnrolEmail { step: step.clone() },
        Page::Forgot,
        Page::Account,
        Page::Consent,
        Page::Reset {
            destination: destination.clone(),
            resend_after_ms: 0,
            is_required: false,
        },
        Page::Leaving,
        Page::StartAgain,
        Page::SignedOut,
        Page::Error("invalid_client".into()),
    ];
    for challenge in [Challenge::Totp, Challenge::Email, Challenge::Sms] {
        pages.push(Page::Code {
            step: step.clone(),
            challenge,
            destination: destination.clone(),
        });
    }
    pages
}

/// Every page in every language, with and without what can go wrong, with the name known and not.
fn screens() -> Vec<Screen> {
    let mut screens = Vec::new();
    for page in pages() {
        for lang in Lang::ALL {
            for username in ["", "ann@example.com"] {
                let state = state(page.clone(), username);
                let quiet = Screen {
                    lang,
                    search: "?txn=1".into(),
                    ..Screen::new(state)
                };
                screens.extend([quiet.clone(), full(quiet.clone()), troubled(quiet)]);
            }
        }
    }
    screens
}

fn state(page: Page, username: &str) -> State {
    let mut state = State::default();
    state.page = page;
    state.username = username.into();
    state
}

fn full(mut screen: Screen) -> Screen {
    let required = ["name", "phone_number"].map(Attribute::required);
    let mut login = Login {
        client_name: "Rowing club".into(),
        username_attributes: vec!["email".into()],
        ..Login::default()
    };
    login.sign_up.allowed = true;
    login.providers = ["Works", "SignInWithApple"].map(provider).into();
    login.by_identifier = true;
    login.inbox = Some("/_cognate/inbox".into());
    login.account = Some("a***@e***".into());
    login.scopes = ["openid", "email", "https://api.example/read"]
        .map(String::from)
        .into();
    login.logo = Some("/_cognate/brand/app/1/logo".into());
    login.links = ["terms-of-use", "privacy-policy"]
        .map(|name| Link {
            name: name.into(),
            url: "https://club.example/".into(),
            ..Link::default()
        })
        .into();
    login.sign_up.attributes = required.into();
    screen.state.login = Some(login);
    screen.state.finished = Some(Finished {
        app: "Rowing club".into(),
        origin: "https://club.example".into(),
    });
    screen.state.notice = Some(Notice::CodeSent);
    screen.state.busy = Some(Busy::Form);
    screen.state.totp_secret = Some(TotpSecret::new("ABCDEFGH".into()));
    screen.now.is_password_shown = true;
    screen.now.has_caps = true;
    screen.now.met = vec![Violation::NoNumber];
    screen.now.picture = Some(Picture {
        side: "9".into(),
        path: "M0 0h1v1h-1z".into(),
    });
    screen.wait_s = Some(3);
    screen.is_slow = true;
    screen
}

fn provider(name: &str) -> Provider {
    Provider {
        name: name.into(),
        kind: name.into(),
    }
}

fn troubled(screen: Screen) -> Screen {
    let mut screen = full(screen);
    screen.state.busy = None;
    let code = ErrorCode::ServiceUnavailable;
    if screen.lang == Lang::En {
        screen.state.alert = Some(Alert::Preparing(Failure::of(code)));
    }
    let fields = [
        Field::Username,
        Field::Password,
        Field::NewPassword,
        Field::Code,
    ];
    let attributes = ["name", "phone_number", "custom:team", "email"].map(String::from);
    let attributes = attributes.map(Field::Attribute);
    let fields = fields.into_iter().chain(attributes);
    let drawn = all(&page(&screen))
        .map(|e| e.id.clone())
        .collect::<Vec<_>>();
    let drawn = fields.filter(|field| drawn.contains(&field.id()));
    screen.state.problems = drawn.map(|field| (field, Problem::Missing)).collect();
    screen
}

fn all(root: &Element) -> impl Iterator<Item = &Element> {
    let mut rest = vec![root];
    core::iter::from_fn(move || {
        let element = rest.pop()?;
        rest.extend(element.children.iter().rev());
        Some(element)
    })
}

fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    let found = element.attributes.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| &**value)
}

#[test]
fn an_id_and_an_attribute_are_there_once() {
    for screen in screens() {
        let page = page(&screen);
        let mut ids = BTreeSet::new();
        for element in all(&page) {
            let id = &element.id;
            assert!(
                id.is_empty() || ids.insert(id),
                "{:?}: {id}",
                screen.state.page
            );
            let names: BTreeSet<_> = element.attributes.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), element.attributes.len(), "{element:?}");
            assert!(!names.contains(&"id") && !names.contains(&"class"));
            assert!(element.text.is_empty() || element.children.is_empty());
        }
    }
}

#[test]
fn what_an_attribute_refers_to_is_on_the_page() {
    for screen in screens() {
        let page = page(&screen);
        for element in all(&page) {
            for name in ["for", "aria-describedby", "aria-controls"] {
                for id in attribute(element, name).unwrap_or_default().split(' ') {
                    let is_there = id.is_empty() || page.find(id).is_some();
                    assert!(is_there, "{:?}: {name} {id}", screen.state.page);
                }
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_what_a_browser_may_fill_in() {
    for screen in screens() {
        let page = page(&screen);
        for input in all(&page).filter(|element| element.tag == "input") {
            assert!(attribute(input, "autocomplete").is_some());
            if attribute(input, "aria-hidden").is_some() {
                continue;
            }
            let labels = all(&page).filter(|label| attribute(label, "for") == Some(&input.id));
            let words: Vec<_> = labels.map(|label| &label.text).collect();
            assert!(matches!(*words, [text] if !text.is_empty()), "{input:?}");
        }
    }
}

#[test]
fn what_can_be_pressed_has_an_id_and_a_name() {
    for screen in screens() {
        let page = page(&screen);
        for element in all(&page).filter(|e| matches!(e.tag, "a" | "button")) {
            let name = attribute(element, "aria-label").unwrap_or(&element.text);
            let inside = all(element).any(|part| !part.text.is_empty());
            assert!(!name.is_empty() || inside, "{element:?}");
            assert!(!element.id.is_empty(), "{element:?}");
            let is_submit = attribute(element, "type") == Some("submit");
            let leads_out = matches!(
                &*element.id,
                "totp-open" | "inbox" | "go-on" | "terms-of-use" | "privacy-policy"
            );
            assert_eq!(
                element.press.is_some(),
                !is_submit && !leads_out,
                "{element:?}"
            );
        }
    }
}

#[test]
fn a_page_has_one_heading_and_it_is_in_the_window_title() {
    for screen in screens() {
        let page = page(&screen);
        let headings: Vec<_> = all(&page).filter(|element| element.tag == "h1").collect();
        let [heading] = *headings else {
            panic!("{headings:?}");
        };
        assert!(!heading.text.is_empty());
        assert!(window_title(&screen).contains(&heading.text));
    }
}

#[test]
fn a_problem_is_told_at_its_field_and_in_the_summary() {
    for screen in screens() {
        let page = page(&screen);
        for (field, _) in &screen.state.problems {
            let id = field.id();
            let input = page.find(&id).expect("the field");
            assert_eq!(attribute(input, "aria-invalid"), Some("true"));
            assert!(page.find(&[&id, "-problem"].concat()).is_some());
            let link = page.find(&["to-", &id].concat());
            let goes = link.and_then(|link| link.press.clone());
            assert_eq!(goes.is_some(), screen.state.alert.is_none());
            assert!(goes.is_none_or(|press| press == Press::Point(id)));
        }
    }
}

#[test]
fn every_link_between_pages_keeps_the_transaction() {
    for screen in screens() {
        for link in all(&page(&screen)).filter(|e| matches!(e.press, Some(Press::Go(_)))) {
            let href = attribute(link, "href").unwrap_or_default();
            assert!(
                href.ends_with("?txn=1") && !href.starts_with(PATH),
                "{href}"
            );
        }
    }
}

#[test]
fn no_secret_but_the_key_that_is_shown_is_on_a_page() {
    for screen in screens() {
        let is_enrolment = matches!(screen.state.page, Page::EnrolTotp { .. });
        for element in all(&page(&screen)) {
            let shows = |text: &str| text.replace(' ', "").contains("ABCDEFGH");
            let attributes = element.attributes.iter().any(|(_, value)| shows(value));
            let is_key = is_enrolment && matches!(&*element.id, "totp-key" | "totp-open");
            assert_eq!(
                shows(&element.text) || attributes,
                is_key && screen.state.totp_secret.is_some()
            );
            assert!(
                !element
                    .attributes
                    .iter()
                    .any(|(_, value)| value.contains("step"))
            );
        }
    }
}

#[test]
fn a_page_stays_the_same_element_whatever_is_typed_on_it_and_becomes_another_when_it_is_turned() {
    let screen = Screen::new(State::default());
    let other = full(screen.clone());
    let content = |screen: &Screen| page(screen).find("content").cloned().expect("the page");
    assert!(content(&screen).is_same(&content(&other)));
    let mut turned = screen.clone();
    turned.state.page = Page::Forgot;
    assert!(!content(&screen).is_same(&content(&turned)));
}

#[test]
fn the_name_stays_on_the_page_that_asked_for_it_although_it_is_known_now() {
    let confirm = Page::Confirm {
        destination: None,
        resend_after_ms: 0,
    };
    let mut screen = Screen::new(state(confirm, ""));
    screen.state.username = "ann@example.com".into();
    assert!(page(&screen).find("username").is_some());
    assert!(page(&screen.turned()).find("username").is_none());
}

#[test]
fn a_submit_takes_what_stands_in_every_field_of_the_page() {
    for screen in screens() {
        let read = core::cell::RefCell::new(BTreeSet::new());
        let value = |id: &str| {
            read.borrow_mut().insert(id.to_owned());
            Some(["typed in ", id].concat())
        };
        let form = typed(&screen.state.page, &value, Vec::new());
        let page = page(&screen);
        assert_eq!(form.is_some(), page.find("submit").is_some());
        let asked = all(&page).filter(|e| e.tag == "input" && !e.id.is_empty());
        let is_attribute = |id: &str| {
            matches!(form, Some(Form::SignUp { .. } | Form::NewPassword { .. }))
                && id.starts_with("attribute-")
        };
        for input in asked.filter(|input| !is_attribute(&input.id)) {
            assert!(read.borrow().contains(&input.id), "{}", input.id);
        }
    }
}

#[test]
fn a_provider_is_called_what_people_call_it_and_its_button_says_when_it_is_under_way() {
    let mut screen = full(Screen::new(State::default()));
    screen.state.busy = Some(Busy::Provider(1));
    let page = page(&screen);
    let words = |id: &str| {
        let button = page.find(id).expect("the button");
        button.children.last().map(|words| words.text.clone())
    };
    assert_eq!(words("provider-0").as_deref(), Some("Continue with Works"));
    assert_eq!(words("provider-1").as_deref(), Some("Continue with Apple"));
    let is_busy = |id: &str| {
        page.find(id)
            .and_then(|button| attribute(button, "data-busy"))
    };
    assert_eq!(
        [is_busy("provider-0"), is_busy("provider-1")],
        [None, Some("")]
    );
    assert!(
        all(&page)
            .any(|e| e.text == "Taking you to Apple …" && attribute(e, "role") == Some("status"))
    );
}

#[test]
fn an_app_with_other_providers_only_asks_for_no_password() {
    for by_identifier in [true, false] {
        let mut screen = full(Screen::new(State::default()));
        let login = screen.state.login.as_mut().expect("a login");
        login.only_providers = true;
        login.by_identifier = by_identifier;
        let page = page(&screen);
        for id in ["password", "sign-up", "forgot", "organization"] {
            assert!(page.find(id).is_none(), "{id}");
        }
        for id in ["username", "submit"] {
            assert_eq!(page.find(id).is_some(), by_identifier, "{id}");
        }
        assert!(page.find("provider-0").is_some());
    }
}

#[test]
fn a_page_without_the_first_form_has_none_until_it_is_known_what_the_app_has() {
    let mut screen = Screen::new(State::default());
    assert!(page(&screen).find("form").is_some());
    screen.has_first_form = false;
    assert!(page(&screen).find("form").is_none());
    screen.state.alert = Some(Alert::Describing(Failure::of(ErrorCode::Offline)));
    assert!(page(&screen).find("retry").is_some());
    assert!(page(&full(screen)).find("form").is_some());
}

#[test]
fn a_login_says_so_two_minutes_before_its_end_and_not_after() {
    let mut screen = Screen::new(State::default());
    assert!(!screen.ends_soon_at(0));
    screen.state.login = Some(Login {
        expires_at_ms: Some(900_000),
        ..Login::default()
    });
    let soon = [0, 779_999, 780_000, 899_999, 900_000].map(|now| screen.ends_soon_at(now));
    assert_eq!(soon, [false, false, true, true, false]);
    screen.is_ending = true;
    let page = page(&screen);
    let says = |element: &Element| element.text == screen.texts().banner_ending;
    assert!(all(&page).any(says));
}
