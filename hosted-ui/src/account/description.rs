//! What the service tells of an account: `DescribeAccount`.

use cognate_core::json::{NotJson, Value};

use crate::flow::Provider;

/// Somebody's account, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// What the person knows it by.
    pub name: String,
    /// The app that they came from.
    pub client_name: String,
    /// Whether they may change something without signing in once more.
    pub is_recent: bool,
    /// Where a code goes by which they can prove who they are instead, as much of it as they may see.
    pub proof_address: Option<String>,
    /// Where developers read codes on their own machine, as a path of this origin.
    pub inbox: Option<String>,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// Providers that can be linked.
    pub providers: Vec<Provider>,
    /// Providers that are.
    pub links: Vec<Link>,
    /// Browsers that are signed in.
    pub sessions: Vec<Session>,
    /// Apps that were allowed something.
    pub apps: Vec<App>,
    /// A stylesheet with colours, as a path of this origin.
    pub style: Option<String>,
}

/// Another way to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// The provider.
    pub provider: Provider,
    /// What the provider calls the person by.
    pub user_id: String,
    /// Since when, seconds since 1970.
    pub since: u64,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// When its person signed in, seconds since 1970.
    pub started_at: u64,
    /// When it was last used, seconds since 1970.
    pub last_active_at: u64,
    /// Whether it is the one that shows the page.
    pub is_this: bool,
}

/// An app that was allowed something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What it may.
    pub scopes: Vec<String>,
}

impl Account {
    /// Reads the answer.
    ///
    /// # Errors
    /// [`NotJson`] for a member of another kind, and for an account without a name.
    pub fn read(answer: &impl Value) -> Result<Self, NotJson> {
        Ok(Self {
            name: answer.text_at("Account")?.ok_or(NotJson)?,
            client_name: answer.text_at("ClientName")?.unwrap_or_default(),
            is_recent: answer.boolean_at("IsRecent")?.unwrap_or_default(),
            proof_address: answer.at("ProofCode", |sent| sent.text_at("Destination").ok()?)?,
            inbox: answer
                .text_at("Inbox")?
                .filter(|path| crate::flow::is_path(path)),
            has_password: answer.boolean_at("HasPassword")?.unwrap_or_default(),
            providers: answer
                .at("Providers", |list| list.list(Provider::read))?
                .unwrap_or_default(),
            links: answer
                .at("Links", |list| list.list(Link::read))?
                .unwrap_or_default(),
            sessions: answer
                .at("Sessions", |list| list.list(Session::read))?
                .unwrap_or_default(),
            apps: answer
                .at("Apps", |list| list.list(App::read))?
                .unwrap_or_default(),
            style: answer
                .text_at("Style")?
                .filter(|path| crate::flow::is_path(path)),
        })
    }

    /// Whether this link is the only way to sign in.
    #[must_use]
    pub fn is_only_way(&self) -> bool {
        self.links.len() == 1 && !self.has_password
    }

    /// Whether a link with this provider is there.
    #[must_use]
    pub fn has_linked(&self, provider: &Provider) -> bool {
        self.links
            .iter()
            .any(|link| link.provider.name == provider.name)
    }
}

impl Link {
    fn read(link: &impl Value) -> Option<Self> {
        let name = link.text_at("Provider").ok()??;
        let kind = link.text_at("Type").ok()?.unwrap_or_default();
        Some(Self {
            provider: Provider { name, kind },
            user_id: link.text_at("UserId").ok()??,
            since: link.whole_at("Since").ok()?.unwrap_or_default(),
        })
    }
}

impl Session {
    fn read(session: &impl Value) -> Option<Self> {
        Some(Self {
            id: session.text_at("Id").ok()??,
            started_at: session.whole_at("StartedAt").ok()?.unwrap_or_default(),
            last_active_at: session.whole_at("LastActiveAt").ok()?.unwrap_or_default(),
            is_this: session.boolean_at("IsThis").ok()?.unwrap_or_default(),
        })
    }
}

impl App {
    fn read(app: &impl Value) -> Option<Self> {
        let scopes = app.at("Scopes", |list| list.list(Value::text)).ok()?;
        Some(Self {
            id: app.text_at("Id").ok()??,
            name: app.text_at("Name").ok()?.unwrap_or_default(),
            scopes: scopes.unwrap_or_default(),
        })
    }
}
