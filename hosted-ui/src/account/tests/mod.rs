//! The account page, as somebody walks through it.

mod flow;
mod page;
mod proof;

use super::*;

use crate::element::Element;
use crate::flow::Provider;
use crate::i18n::Lang;

fn provider(name: &str) -> Provider {
    Provider {
        name: name.into(),
        kind: "OIDC".into(),
    }
}

/// An account with everything: two links of three providers, three sessions, an app.
fn account() -> Account {
    let link = |name: &str| Link {
        provider: provider(name),
        user_id: format!("{name}-7"),
        since: 1_700_000_000,
    };
    let session = |id: &str, is_this| Session {
        id: id.into(),
        started_at: 1_700_000_000,
        last_active_at: 1_700_000_100,
        is_this,
    };
    Account {
        name: "ada@example.com".into(),
        client_name: "Demo".into(),
        is_recent: true,
        has_password: true,
        providers: ["Works", "Corp", "Else"].map(provider).into(),
        links: ["Works", "Corp"].map(link).into(),
        sessions: vec![session("a", false), session("b", true), session("c", false)],
        apps: vec![App {
            id: "app".into(),
            name: "Notes".into(),
            scopes: vec!["openid".into(), "notes/read".into()],
        }],
        style: None,
        proof_address: None,
        inbox: None,
    }
}

fn arrival() -> Arrival {
    Arrival {
        has_client: true,
        ..Arrival::default()
    }
}

/// The page with this account, and what happened since.
struct Walk {
    state: State,
    effects: Vec<Effect>,
}

impl Walk {
    fn begin(account: Account) -> Self {
        let (state, effects) = open(arrival());
        assert_eq!(effects, [Effect::Describe]);
        let mut walk = Self { state, effects };
        walk.happens(Event::Described(Ok(account)));
        walk
    }

    fn happens(&mut self, event: Event) {
        (self.state, self.effects) = step(self.state.clone(), event);
    }

    fn presses(&mut self, press: Press) {
        self.happens(Event::Pressed(press));
    }

    fn call(&self) -> &Call {
        match &*self.effects {
            [Effect::Call { call, .. }] => call,
            other => panic!("{other:?}"),
        }
    }

    fn answers(&mut self, result: Result<Option<String>, Failure>) {
        let call = self.state.call_number();
        self.happens(Event::Answered { call, result });
    }

    fn fails(&mut self, kind: Kind) {
        self.answers(Err(kind.into()));
    }

    /// The element with this id, if there is one.
    fn finds(&self, id: &str) -> Option<Element> {
        page(&screen(self.state.clone(), Lang::En))
            .find(id)
            .cloned()
    }
}

fn screen(state: State, lang: Lang) -> Screen {
    Screen {
        state,
        lang,
        date: |lang, seconds| format!("{} {seconds}", lang.tag()),
        is_online: true,
        is_slow: false,
    }
}

fn words(element: &Element) -> String {
    let mut all = element.text.clone();
    for child in &element.children {
        all.push(' ');
        all.push_str(&words(child));
    }
    all
}
