//! The ways to other identity providers: by a button, or by the domain of an e-mail address.
//!
//! # Security model
//! An address is asked about by its domain: the answer is the same whether anybody has the address. A password
//! that somebody has typed is never part of the question.

use super::forms::is_email;
use super::{Alert, Busy, Call, Effect, Field, Problem, ProviderProblem, State};

impl State {
    /// A provider was chosen from the list.
    pub(super) fn choose_provider(&mut self, at: usize) -> Vec<Effect> {
        let provider = self
            .login
            .as_ref()
            .and_then(|login| login.providers.get(at));
        let Some(name) = provider.map(|provider| provider.name.clone()) else {
            return Vec::new();
        };
        self.clear_problems();
        self.notice = None;
        self.call(Busy::Provider(at), Call::GoToProvider(name))
    }

    /// The person says that their address is an organisation's.
    pub(super) fn choose_organization(&mut self, address: &str) -> Vec<Effect> {
        self.clear_problems();
        self.notice = None;
        self.remember(Some(address.to_owned()));
        let problem = match address.trim() {
            "" => Problem::Missing,
            address if !is_email(address) => Problem::NotAnEmail,
            address => {
                let address = address.to_owned();
                return self.call(Busy::Organization, Call::GoToOrganization(address));
            }
        };
        self.problems.push((Field::Username, problem));
        Vec::new()
    }

    /// Whether a name without a password may be the address of somebody in an organisation.
    pub(super) fn finds_organization(&self, name: &str) -> bool {
        let login = self.login.as_ref();
        login.is_some_and(|login| login.by_identifier) && is_email(name.trim())
    }

    /// The service has no provider for what was asked for by `busy`.
    pub(super) fn provider_unknown(&mut self, busy: Option<Busy>) -> Vec<Effect> {
        let login = self.login.as_ref();
        let has_password = login.is_none_or(|login| !login.only_providers);
        match busy {
            // The form was submitted without a password: that is what it lacks then, whoever it is.
            Some(Busy::Form) if has_password => {
                self.problems.push((Field::Password, Problem::Missing));
            }
            Some(Busy::Form | Busy::Organization) => {
                self.problems
                    .push((Field::Username, Problem::NoOrganization));
            }
            _ => self.alert = Some(Alert::Provider(ProviderProblem::Other)),
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use cognate_core::ErrorCode;
    use cognate_core::secret::{Location, Password};

    use super::super::Login;
    use super::super::tests::{Walk, password};
    use super::super::{Answer, Arrival, Event, Failure, Form, Page, Provider, open};
    use super::*;
    use crate::routes::Route;

    /// A sign-in page with a provider by button, and one by address.
    fn begun(only_providers: bool) -> Walk {
        let mut walk = Walk::begin(Route::SignIn);
        let works = Provider {
            name: "Works".into(),
            kind: "OIDC".into(),
        };
        walk.state.login = Some(Login {
            providers: vec![works],
            by_identifier: true,
            only_providers,
            ..Login::default()
        });
        walk
    }

    fn typed(username: &str, password: Password) -> Event {
        let username = username.into();
        Event::Submitted(Form::SignIn { username, password })
    }

    fn unknown() -> Answer {
        Answer::Sent(Err(Failure {
            provider_is_unknown: true,
            ..Failure::of(ErrorCode::InvalidConfiguration)
        }))
    }

    fn there() -> Answer {
        Answer::Sent(Ok(Location::new("https://works.example/".into())))
    }

    #[test]
    fn a_button_leads_to_its_provider_once_and_the_page_stays_for_who_comes_back() {
        let mut walk = begun(false);
        walk.happens(Event::ChoseProvider(1));
        assert!(walk.effects.is_empty(), "there is no second provider");
        walk.happens(Event::ChoseProvider(0));
        assert!(matches!(walk.call(), Call::GoToProvider(name) if name == "Works"));
        let under_way = walk.state.clone();
        walk.happens(Event::ChoseProvider(0));
        assert!(walk.effects.is_empty(), "pressed twice");
        (walk.state, walk.effects) = (under_way, walk.effects);
        let call = walk.state.call_number();
        walk.happens(Event::Answered {
            call,
            at_ms: 0,
            answer: there(),
        });
        assert!(matches!(&*walk.effects, [Effect::Visit(_)]));
        assert_eq!(walk.state.page, Page::SignIn);
        assert_eq!(walk.state.busy, Some(Busy::Provider(0)));
    }

    #[test]
    fn an_address_leads_to_its_organisation_and_an_unknown_one_is_like_a_password_that_is_missing()
    {
        let mut walk = begun(false);
        walk.happens(typed("ann@works.example", Password::new(String::new())));
        assert!(matches!(walk.call(), Call::GoToOrganization(at) if at == "ann@works.example"));
        walk.answers(unknown());
        assert_eq!(walk.state.problems, [(Field::Password, Problem::Missing)]);

        for (address, problem) in [("", Problem::Missing), ("ann", Problem::NotAnEmail)] {
            walk.happens(Event::Organization {
                address: address.into(),
            });
            assert_eq!(
                walk.state.problems,
                [(Field::Username, problem)],
                "{address}"
            );
            assert!(walk.effects.is_empty());
        }
        walk.happens(Event::Organization {
            address: "ann@else.example".into(),
        });
        walk.answers(unknown());
        assert_eq!(
            walk.state.problems,
            [(Field::Username, Problem::NoOrganization)]
        );
    }

    #[test]
    fn a_typed_password_is_for_the_pool_and_a_name_is_no_address() {
        let mut walk = begun(false);
        walk.happens(typed("ann", Password::new(String::new())));
        assert_eq!(walk.state.problems, [(Field::Password, Problem::Missing)]);
        walk.happens(typed("ann@works.example", password()));
        assert!(matches!(walk.call(), Call::SignIn { .. }));
    }

    #[test]
    fn where_only_providers_sign_in_the_address_is_the_form_and_other_pages_lead_there() {
        let mut walk = begun(true);
        walk.happens(typed("ann@else.example", Password::new(String::new())));
        walk.answers(unknown());
        assert_eq!(
            walk.state.problems,
            [(Field::Username, Problem::NoOrganization)]
        );
        for route in [Route::SignUp, Route::Forgot, Route::Reset] {
            let arrival = Arrival {
                route,
                has_transaction: true,
                ..Arrival::default()
            };
            let (state, _) = open(arrival, None);
            let login = Login {
                only_providers: true,
                ..Login::default()
            };
            let (state, effects) = super::super::step(state, Event::Described(Ok(login)));
            assert_eq!(state.page, Page::SignIn);
            assert!(matches!(&*effects, [Effect::Replace(Route::SignIn)]));
        }
    }

    #[test]
    fn what_came_to_nothing_is_told_and_a_sign_in_of_another_browser_starts_again() {
        let arrival = Arrival {
            has_transaction: true,
            problem: Some("provider_denied".into()),
            ..Arrival::default()
        };
        let (state, _) = open(arrival, None);
        assert_eq!(state.alert, Some(Alert::Provider(ProviderProblem::Denied)));
        let (state, _) = super::super::step(state, Event::Described(Ok(Login::default())));
        assert!(state.alert.is_some(), "it is still told");

        let ended = Arrival {
            route: Route::Error,
            error: Some("sign_in_ended".into()),
            ..Arrival::default()
        };
        assert_eq!(open(ended, None).0.page, Page::StartAgain);
    }
}
