//! Properties of any order of events, and the ways people really go.

use cognate_core::ErrorCode;
use cognate_core::json::{self, StringMap};
use cognate_core::secret::{Code, Location, Password, TotpSecret};
use cognate_core::sign_in::{self, Answer as CoreAnswer, Purpose, Stage, StepKind};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const PASSWORD: &str = "Secret-Horse9!";
const CODE: &str = "314159";
const TOTP_SECRET: &str = "SECRETSECRETSECRET";
const NOW_MS: u64 = 1_788_228_184_000;

/// JSON as `serde_json` reads it.
pub(crate) struct Parsed(pub(crate) serde_json::Value);

impl json::Value for Parsed {
    fn is_object(&self) -> bool {
        self.0.is_object()
    }

    fn member(&self, name: &str) -> Option<Self> {
        let member = self.0.as_object()?.get(name)?;
        (!member.is_null()).then(|| Self(member.clone()))
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn elements(&self) -> Option<Vec<Self>> {
        Some(self.0.as_array()?.iter().cloned().map(Self).collect())
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        let members = self.0.as_object()?.iter();
        Some(members.map(|(k, v)| (k.clone(), Self(v.clone()))).collect())
    }
}

#[test]
fn a_login_is_read_as_the_service_describes_it_and_what_is_of_another_kind_is_refused() {
    let mut described = serde_json::json!({
        "ClientName": "Notes", "UserPoolId": "local_demo", "UsernameAttributes": ["email"],
        "SignUp": { "Allowed": true, "Attributes": [
            { "Name": "custom:team", "Required": true, "DataType": "String", "MaxLength": 40 },
        ] },
        "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": false },
        "ExpiresAt": 1_788_228_184, "Inbox": "/_cognate/inbox",
    });
    let login = Login::read(&Parsed(described.clone())).unwrap();
    assert_eq!(login.user_pool_id, "local_demo");
    assert!(login.username_is_email() && login.sign_up.allowed);
    assert_eq!(login.sign_up.attributes[0].max_length, Some(40));
    let policy = login.policy();
    assert!(policy.minimum_length == 12 && !policy.symbols && policy.numbers);
    for member in ["UserPoolId", "SignUp"] {
        let mut changed = described.clone();
        changed[member] = serde_json::Value::Null;
        let without = Login::read(&Parsed(changed));
        assert_eq!(without.is_err(), member == "UserPoolId", "{member}");
    }
    assert_eq!(login.expires_at_ms, Some(1_788_228_184_000));
    assert_eq!(login.inbox.as_deref(), Some("/_cognate/inbox"));
    let mut branded = described.clone();
    branded["Style"] = "/_cognate/brand/app/1/style".into();
    branded["Logo"] = "//evil.example/logo".into();
    branded["Links"] = serde_json::json!([
        { "Name": "terms-of-use", "Lang": "", "Url": "https://a.example/terms" },
        { "Name": "terms-of-use", "Lang": "de", "Url": "https://a.example/agb" },
    ]);
    let branded_login = Login::read(&Parsed(branded.clone())).unwrap();
    assert_eq!(
        branded_login.style.as_deref(),
        Some("/_cognate/brand/app/1/style")
    );
    assert_eq!(branded_login.logo, None);
    let link = |lang| branded_login.link("terms-of-use", lang);
    assert_eq!(link("de"), Some("https://a.example/agb"));
    assert_eq!(link("en"), Some("https://a.example/terms"));
    assert_eq!(branded_login.link("privacy-policy", "en"), None);
    branded["Links"][0]["Url"] = "javascript:alert(1)".into();
    assert!(Login::read(&Parsed(branded)).is_err());
    for elsewhere in ["//host/inbox", "https://host/", "/\\host", "javascript:1"] {
        described["Inbox"] = elsewhere.into();
        let login = Login::read(&Parsed(described.clone())).unwrap();
        assert_eq!(login.inbox, None, "{elsewhere}");
    }
    described["SignUp"]["Allowed"] = "yes".into();
    assert!(Login::read(&Parsed(described)).is_err());
}

#[test]
fn what_was_not_stored_by_these_pages_is_not_resumed() {
    for text in [
        "{}",
        "[]",
        r#"{"page":"code","username":"ada"}"#,
        r#"{"page":"elsewhere","username":"ada"}"#,
        r#"{"page":"signIn","username":1}"#,
        r#"{"page":"signIn","username":"ada","notice":"hacked"}"#,
    ] {
        let stored = Parsed(serde_json::from_str(text).unwrap());
        assert!(State::from_json(&stored).is_none(), "{text}");
    }
}

/// The pages with their effects, as a browser would drive them.
pub(super) struct Walk {
    pub(super) state: State,
    pub(super) effects: Vec<Effect>,
}

impl Walk {
    pub(super) fn begin(route: Route) -> Self {
        let arrival = Arrival {
            route,
            has_transaction: true,
            ..Arrival::default()
        };
        let (state, effects) = open(arrival, None);
        assert!(matches!(effects.first(), Some(Effect::Describe)));
        let mut walk = Self { state, effects };
        walk.happens(Event::Described(Ok(Login::default())));
        walk
    }

    pub(super) fn happens(&mut self, event: Event) {
        let state = std::mem::take(&mut self.state);
        (self.state, self.effects) = step(state, event);
    }

    pub(super) fn answers(&mut self, answer: Answer) {
        let call = self.number().expect("a call is under way");
        self.happens(Event::Answered {
            call,
            at_ms: NOW_MS,
            answer,
        });
    }

    fn number(&self) -> Option<u32> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Call { number, .. } => Some(*number),
            _ => None,
        })
    }

    pub(super) fn call(&self) -> &Call {
        let call = self.effects.iter().find_map(|effect| match effect {
            Effect::Call { call, .. } => Some(call),
            _ => None,
        });
        call.expect("a call")
    }

    fn reload(&self) -> (State, Vec<Effect>) {
        let stored = Parsed(serde_json::from_str(&self.state.to_json()).unwrap());
        let arrival = Arrival {
            route: self.state.page.route(),
            has_transaction: true,
            ..Arrival::default()
        };
        open(arrival, State::from_json(&stored))
    }
}

pub(super) fn password() -> Password {
    Password::new(PASSWORD.into())
}

fn code() -> Code {
    Code::new(CODE.into())
}

fn handle() -> StepHandle {
    StepHandle("step".into())
}

fn sign_in() -> Event {
    Event::Submitted(Form::SignIn {
        username: " ada ".into(),
        password: password(),
    })
}

fn asked(kind: StepKind) -> Answer {
    Answer::Advanced(Ok(Advance::Ask {
        step: handle(),
        kind,
    }))
}

fn code_asked(factor: sign_in::Factor, purpose: Purpose) -> Answer {
    asked(StepKind::Code {
        factor,
        purpose,
        destination: Some("a***".into()),
    })
}

fn choice(stage: Stage, options: &[sign_in::Factor]) -> Answer {
    let options = options.to_vec();
    asked(StepKind::SelectFactor { stage, options })
}

fn totp_set_up() -> Answer {
    asked(StepKind::SetUpTotp {
        secret: Some(TotpSecret::new(TOTP_SECRET.into())),
    })
}

fn custom() -> Answer {
    asked(StepKind::Custom {
        parameters: StringMap::new(),
    })
}

fn redirected() -> Answer {
    let location = Location::new("https://app.example/?code=1".into());
    Answer::Advanced(Ok(Advance::Redirect(location)))
}

fn failed(code: ErrorCode) -> Failure {
    Failure::of(code)
}

#[test]
fn a_name_and_a_password_lead_back_to_the_app() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    let Call::SignIn { username, .. } = walk.call() else {
        panic!("not a sign-in")
    };
    assert_eq!(username, "ada");
    walk.answers(redirected());
    assert_eq!(walk.state.page, Page::Leaving);
    assert!(matches!(*walk.effects, [Effect::Forget, Effect::Leave(_)]));
}

#[test]
fn a_submit_before_the_login_is_described_waits_for_it() {
    let arrival = Arrival {
        has_transaction: true,
        ..Arrival::default()
    };
    let (state, _) = open(arrival, None);
    let (state, effects) = step(state, sign_in());
    assert!(effects.is_empty() && state.busy == Some(Busy::Form));
    let (_, effects) = step(state, Event::Described(Ok(Login::default())));
    assert!(matches!(*effects, [Effect::Call { .. }]));
}

#[test]
fn a_second_submit_while_the_first_is_under_way_sends_nothing() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    walk.happens(sign_in());
    assert!(walk.effects.is_empty());
}

#[test]
fn a_sign_up_ends_in_the_app_without_the_password_being_typed_twice() {
    let mut walk = Walk::begin(Route::SignUp);
    walk.happens(Event::Submitted(Form::SignUp {
        username: "ada@example.com".into(),
        password: password(),
        attributes: Vec::new(),
    }));
    walk.answers(Answer::SignedUp(Ok(SignedUp {
        is_confirmed: false,
        delivery: None,
    })));
    assert!(matches!(walk.effects[0], Effect::Show(Route::Confirm)));
    let wrong = Event::Submitted(Form::Confirm {
        username: None,
        code: Code::new("1 2-3".into()),
    });
    walk.happens(wrong);
    walk.answers(Answer::Confirmed(Err(failed(ErrorCode::CodeMismatch))));
    assert_eq!(walk.state.problems, [(Field::Code, Problem::CodeWrong)]);
    walk.happens(Event::Submitted(Form::Confirm {
        username: None,
        code: code(),
    }));
    walk.answers(Answer::Confirmed(Ok(())));
    let Call::SignIn { password, .. } = walk.call() else {
        panic!("not a sign-in")
    };
    assert_eq!(password.secret(), PASSWORD);
    assert_eq!(walk.state.notice, Some(Notice::Confirmed));
}

#[test]
fn after_a_reload_the_confirmed_person_types_the_password() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    walk.answers(asked(StepKind::ConfirmSignUp));
    (walk.state, walk.effects) = walk.reload();
    assert!(matches!(walk.state.page, Page::Confirm { .. }));
    walk.happens(Event::Described(Ok(Login::default())));
    walk.happens(Event::Submitted(Form::Confirm {
        username: None,
        code: code(),
    }));
    walk.answers(Answer::Confirmed(Ok(())));
    assert_eq!(walk.state.page, Page::SignIn);
    assert_eq!(walk.state.username, "ada");
    assert!(walk.number().is_none(), "nothing to sign in with");
}

#[test]
fn every_second_step_has_its_page_and_its_answer() {
    for (factor, purpose) in [
        (sign_in::Factor::Totp, Purpose::Mfa),
        (sign_in::Factor::Email, Purpose::Mfa),
        (sign_in::Factor::Sms, Purpose::Mfa),
        (sign_in::Factor::Sms, Purpose::FirstFactor),
    ] {
        let name = format!("{factor:?} {purpose:?}");
        let mut walk = Walk::begin(Route::SignIn);
        walk.happens(sign_in());
        walk.answers(code_asked(factor, purpose));
        walk.happens(Event::Submitted(Form::Code(Code::new("31 41-59".into()))));
        let Call::Respond {
            answer: CoreAnswer::Code { code, .. },
            ..
        } = walk.call()
        else {
            panic!("{name} is not answered")
        };
        assert_eq!(code.secret(), CODE, "{name}");
        walk.answers(Answer::Advanced(Err(failed(ErrorCode::CodeMismatch))));
        assert!(matches!(walk.state.page, Page::Code { .. }), "{name}");
    }
}

#[test]
fn a_choice_is_offered_and_only_what_was_offered_counts() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    let options = [sign_in::Factor::Sms, sign_in::Factor::Totp];
    walk.answers(choice(Stage::Mfa, &options));
    walk.happens(Event::Chose(Factor::Email));
    assert!(walk.effects.is_empty());
    walk.happens(Event::Chose(Factor::Sms));
    let Call::Respond {
        answer: CoreAnswer::SelectFactor(factor),
        ..
    } = walk.call()
    else {
        panic!("not an answer")
    };
    assert_eq!(*factor, sign_in::Factor::Sms);
}

#[test]
fn an_authenticator_app_is_enrolled_and_a_reload_makes_a_new_secret() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    walk.answers(totp_set_up());
    assert!(walk.state.totp_secret.is_some());
    let (state, effects) = walk.reload();
    assert!(state.totp_secret.is_none());
    assert_eq!(
        effects.len(),
        1,
        "the secret is asked for once the login is described"
    );
    let (state, effects) = step(state, Event::Described(Ok(Login::default())));
    assert_eq!(state.page, Page::EnrolTotp { step: handle() });
    assert!(
        matches!(&*effects, [Effect::Call { call: Call::Associate { step }, .. }] if *step == handle())
    );
}

#[test]
fn a_challenge_that_the_pages_do_not_know_is_said_to_be_one() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    walk.answers(custom());
    assert_eq!(walk.state.alert, Some(Alert::Unsupported));
    assert_eq!(walk.state.page, Page::SignIn);
}

#[test]
fn an_expired_challenge_leads_back_to_the_sign_in_and_says_so() {
    let mut walk = Walk::begin(Route::SignIn);
    walk.happens(sign_in());
    walk.answers(code_asked(sign_in::Factor::Sms, Purpose::Mfa));
    walk.happens(Event::Submitted(Form::Code(code())));
    walk.answers(Answer::Advanced(Err(failed(ErrorCode::ChallengeExpired))));
    assert_eq!(walk.state.page, Page::SignIn);
    assert!(walk.state.alert.is_some());
    assert!(matches!(*walk.effects, [Effect::Replace(Route::SignIn)]));
}

#[test]
fn a_transaction_that_is_gone_ends_it_wherever_one_was() {
    let mut walk = Walk::begin(Route::Forgot);
    walk.happens(Event::Submitted(Form::Forgot {
        username: "ada".into(),
    }));
    walk.answers(Answer::ResetBegan(Err(Failure::transaction_gone())));
    assert_eq!(walk.state.page, Page::StartAgain);
    assert!(matches!(*walk.effects, [Effect::Forget]));
}

#[test]
fn a_forgotten_password_is_replaced_and_signs_in() {
    let mut walk = Walk::begin(Route::Forgot);
    walk.happens(Event::Submitted(Form::Forgot {
        username: "ada".into(),
    }));
    walk.answers(Answer::ResetBegan(Ok(Delivery { destination: None })));
    walk.happens(Event::Resend {
        now_ms: NOW_MS + 1,
        username: None,
    });
    assert!(walk.effects.is_empty(), "not before its time");
    walk.happens(Event::Submitted(Form::Reset {
        username: None,
        code: code(),
        password: password(),
    }));
    assert!(matches!(walk.call(), Call::Reset { .. }));
    walk.answers(Answer::PasswordReset(Ok(password())));
    assert!(matches!(walk.call(), Call::SignIn { .. }));
    assert_eq!(walk.state.notice, Some(Notice::PasswordChanged));
}

#[test]
fn another_code_for_somebody_unknown_asks_who_it_is() {
    let mut walk = Walk::begin(Route::Resend);
    walk.happens(Event::Resend {
        now_ms: NOW_MS,
        username: Some(" ".into()),
    });
    assert_eq!(walk.state.problems, [(Field::Username, Problem::Missing)]);
    walk.happens(Event::Resend {
        now_ms: NOW_MS,
        username: Some("ada".into()),
    });
    assert!(matches!(walk.call(), Call::Resend { username } if username == "ada"));
    walk.answers(Answer::Resent(Ok(Delivery { destination: None })));
    assert_eq!(walk.state.notice, Some(Notice::CodeSent));
}

#[test]
fn a_weak_password_is_found_before_it_is_sent() {
    let mut walk = Walk::begin(Route::SignUp);
    walk.happens(Event::Submitted(Form::SignUp {
        username: "ada".into(),
        password: Password::new("short".into()),
        attributes: Vec::new(),
    }));
    assert!(walk.effects.is_empty());
    assert!(matches!(
        &*walk.state.problems,
        [(Field::NewPassword, Problem::Lacks(lacks))] if lacks.len() == 4
    ));
}

#[test]
fn who_comes_back_to_a_finished_login_is_shown_the_way_to_the_app() {
    let finished = Finished {
        app: "Notes".into(),
        origin: "https://notes.example".into(),
    };
    let arrival = Arrival {
        has_transaction: true,
        finished: Some(finished.clone()),
        ..Arrival::default()
    };
    let (state, _) = open(arrival, None);
    let gone = Event::Described(Err(Failure::transaction_gone()));
    let (state, _) = step(state, gone);
    assert_eq!(state.page, Page::StartAgain);
    assert_eq!(state.finished, Some(finished));
    assert_eq!(state.client_name(), "Notes");
}

#[test]
fn the_origin_of_a_location_is_one_of_the_web_and_has_no_code_in_it() {
    let origin = Finished::origin_of("https://notes.example:8443/back?code=1#x");
    assert_eq!(origin, Some("https://notes.example:8443"));
    assert_eq!(
        Finished::origin_of("http://localhost:1?code=1"),
        Some("http://localhost:1")
    );
    for location in [
        "com.example.app://back",
        "https:///x",
        "https://me@evil.example/",
        "//x",
        "javascript://x",
    ] {
        assert_eq!(Finished::origin_of(location), None, "{location}");
    }
}

#[test]
fn without_a_transaction_one_starts_again_from_the_app() {
    let (state, effects) = open(Arrival::default(), None);
    assert!(effects.is_empty());
    assert_eq!(state.page, Page::StartAgain);
}

fn failures() -> impl Strategy<Value = Failure> {
    (0..ErrorCode::ALL.len(), any::<bool>()).prop_map(|(code, gone)| Failure {
        transaction_is_gone: gone && code % 7 == 0,
        ..Failure::of(ErrorCode::ALL[code])
    })
}

fn results<T: Clone + std::fmt::Debug + 'static>(
    good: T,
) -> impl Strategy<Value = Result<T, Failure>> {
    prop_oneof![2 => Just(Ok(good)), 1 => failures().prop_map(Err)]
}

fn kinds() -> impl Strategy<Value = Answer> {
    use sign_in::Factor::{Email, Sms, Totp};
    let all = [Sms, Totp, Email];
    prop_oneof![
        Just(asked(StepKind::ConfirmSignUp)),
        Just(asked(StepKind::ResetPassword)),
        Just(asked(StepKind::NewPassword {
            missing: vec!["name".into()]
        })),
        Just(code_asked(Sms, Purpose::Mfa)),
        Just(code_asked(Totp, Purpose::Mfa)),
        Just(choice(Stage::Mfa, &all)),
        Just(choice(Stage::SetUp, &all)),
        Just(choice(Stage::First, &[sign_in::Factor::Passkey])),
        Just(totp_set_up()),
        Just(asked(StepKind::SetUpEmail)),
        Just(custom()),
        failures().prop_map(|failure| Answer::Advanced(Err(failure))),
    ]
}

fn answers() -> impl Strategy<Value = Answer> {
    let delivery = Delivery { destination: None };
    let secret = TotpSecret::new(TOTP_SECRET.into());
    prop_oneof![
        4 => kinds(),
        1 => (any::<bool>()).prop_map(|is_confirmed| {
            Answer::SignedUp(Ok(SignedUp { is_confirmed, delivery: None }))
        }),
        1 => results(()).prop_map(Answer::Confirmed),
        1 => results(delivery.clone()).prop_map(Answer::Resent),
        1 => results(delivery).prop_map(Answer::ResetBegan),
        1 => results(password()).prop_map(Answer::PasswordReset),
        1 => results((secret, handle())).prop_map(Answer::Associated),
    ]
}

fn routes() -> impl Strategy<Value = Route> {
    prop_oneof![
        Just(Route::SignIn),
        Just(Route::SignUp),
        Just(Route::Confirm),
        Just(Route::Forgot),
        Just(Route::Reset),
        Just(Route::Mfa),
    ]
}

fn forms() -> impl Strategy<Value = Form> {
    let name = || {
        prop_oneof![
            Just(String::new()),
            Just("ada".to_owned()),
            Just("a b".to_owned())
        ]
    };
    let typed = Typed {
        name: "name".into(),
        value: "Ada".into(),
    };
    prop_oneof![
        name().prop_map(|username| Form::SignIn {
            username,
            password: password()
        }),
        name().prop_map(move |username| Form::SignUp {
            username,
            password: password(),
            attributes: vec![typed.clone()],
        }),
        proptest::option::of(name()).prop_map(|username| Form::Confirm {
            username,
            code: code()
        }),
        Just(Form::NewPassword {
            password: password(),
            attributes: vec![Typed {
                name: "name".into(),
                value: "Ada".into()
            }],
        }),
        Just(Form::Code(code())),
        Just(Form::Email("ada@example.com".into())),
        name().prop_map(|username| Form::Forgot { username }),
        proptest::option::of(name()).prop_map(|username| Form::Reset {
            username,
            code: code(),
            password: password(),
        }),
    ]
}

/// What happens next; the number says how late an answer is.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there are few of them")]
enum Next {
    Event(Event),
    Answer(Answer, u32),
    Reload,
}

fn nexts() -> impl Strategy<Value = Next> {
    prop_oneof![
        6 => forms().prop_map(|form| Next::Event(Event::Submitted(form))),
        8 => (answers(), prop_oneof![4 => Just(0_u32), 1 => Just(1)]).prop_map(|(answer, late)| Next::Answer(answer, late)),
        2 => routes().prop_map(|route| Next::Event(Event::Navigated(route))),
        1 => routes().prop_map(|route| Next::Event(Event::Followed { route, username: Some("bob".into()) })),
        1 => (0..60_000_u64).prop_map(|ms| Next::Event(Event::Resend { now_ms: NOW_MS + ms, username: None })),
        1 => prop_oneof![Just(Factor::Totp), Just(Factor::Email), Just(Factor::Sms)].prop_map(|factor| Next::Event(Event::Chose(factor))),
        1 => results(Login::default()).prop_map(|result| Next::Event(Event::Described(result))),
        1 => Just(Next::Event(Event::Retry)),
        1 => Just(Next::Reload),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_happens_nothing_secret_is_in_what_is_stored(events in vec(nexts(), 1..40)) {
        let mut walk = Walk::begin(Route::SignIn);
        for next in events {
            let sends_by_history;
            match next {
                Next::Event(event) => {
                    sends_by_history = matches!(event, Event::Navigated(_));
                    walk.happens(event);
                }
                Next::Answer(answer, late) => {
                    sends_by_history = false;
                    let call = walk.state.call.wrapping_sub(late);
                    walk.happens(Event::Answered { call, at_ms: NOW_MS, answer });
                }
                Next::Reload => {
                    sends_by_history = false;
                    let page = walk.state.page.clone();
                    let (state, effects) = walk.reload();
                    if !page.is_final() {
                        prop_assert_eq!(&state.page, &page, "a reload goes on where it was");
                        prop_assert_eq!(&state.username, &walk.state.username);
                    }
                    (walk.state, walk.effects) = (state, effects);
                    walk.happens(Event::Described(Ok(Login::default())));
                }
            }
            let stored = walk.state.to_json();
            for secret in [PASSWORD, CODE, TOTP_SECRET] {
                prop_assert!(!stored.contains(secret), "{stored}");
            }
            let shown = format!("{:?}", (&walk.state, &walk.effects));
            prop_assert!(!shown.contains("Horse") && !shown.contains(TOTP_SECRET), "{shown}");
            if sends_by_history {
                let sent = walk.effects.iter().any(|effect| matches!(effect, Effect::Call { .. }));
                prop_assert!(!sent, "going back or forward sends nothing");
            }
            let calls = walk.effects.iter().filter(|effect| matches!(effect, Effect::Call { .. })).count();
            prop_assert!(calls <= 1);
            prop_assert!(calls == 0 || walk.state.busy.is_some(), "what is under way shows");
            prop_assert!(
                walk.state.held_password.is_none() || walk.state.busy.is_some()
                    || matches!(walk.state.page, Page::Confirm { .. }),
                "a password is held only for what needs it"
            );
        }
    }
}

fn described(page: Page, account: Option<&str>, scopes: &[&str]) -> (State, Vec<Effect>) {
    let state = State {
        page,
        describing: true,
        ..State::default()
    };
    let login = Login {
        account: account.map(str::to_owned),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..Login::default()
    };
    step(state, Event::Described(Ok(login)))
}

#[test]
fn a_page_decides_only_what_it_asks() {
    use Decision::{Allow, Deny, GoOn};
    for (page, decisions) in [
        (Page::Account, &[GoOn][..]),
        (Page::Consent, &[Allow, Deny]),
        (Page::SignIn, &[]),
    ] {
        for decision in [GoOn, Allow, Deny] {
            let (state, _) = described(page.clone(), Some("a***"), &["openid"]);
            let (state, effects) = step(state, Event::Decided(decision));
            let is_sent = matches!(
                &*effects,
                [Effect::Call { call: Call::Decide(sent), .. }] if *sent == decision
            );
            assert_eq!(
                is_sent,
                decisions.contains(&decision),
                "{page:?} {decision:?}"
            );
            let (_, again) = step(state, Event::Decided(decision));
            assert!(again.is_empty(), "once");
        }
    }
}

#[test]
fn a_page_that_has_nothing_to_ask_is_the_sign_in() {
    for page in [Page::Account, Page::Consent] {
        let (state, effects) = described(page, None, &[]);
        assert_eq!(state.page, Page::SignIn);
        assert!(matches!(&*effects, [Effect::Replace(Route::SignIn)]));
    }
}
