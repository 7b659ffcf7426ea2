//! What the service says about a login: `DescribeLogin`.

use cognate_core::json::{NotJson, Value};
use cognate_core::password::policy::Policy;

/// What the pages must know of the pool and the app. The answer of `DescribeLogin`, as it is written
/// there; what is absent has its default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// The app's name, for people.
    pub client_name: String,
    /// The pool: SRP proves the password for one pool only.
    pub user_pool_id: String,
    /// Who is expected to sign in.
    pub login_hint: Option<String>,
    /// The language that the app asked for.
    pub lang: Option<String>,
    /// Attributes that are user names: `email`, `phone_number`.
    pub username_attributes: Vec<String>,
    /// Attributes that one can also sign in with.
    pub alias_attributes: Vec<String>,
    /// Signing up.
    pub sign_up: SignUpRules,
    /// Other identity providers to sign in with, in the order of the app's settings.
    pub providers: Vec<Provider>,
    /// Whether an e-mail address can lead to a provider that is not listed.
    pub by_identifier: bool,
    /// Whether the pool's own users cannot sign in to this app.
    pub only_providers: bool,
    /// What a new password must have.
    pub password_policy: PasswordPolicy,
    /// When the login ends: milliseconds since 1970, by the service's clock.
    pub expires_at_ms: Option<u64>,
    /// Whether the pool takes people over from another directory, which has to be told their password: it
    /// is sent instead of proved.
    pub sends_password: bool,
    /// Who is signed in here, masked, where that is asked about.
    pub account: Option<String>,
    /// What the app asks for, where the person is asked whether it may.
    pub scopes: Vec<String>,
    /// A stylesheet with colours, as a path of this origin.
    pub style: Option<String>,
    /// A picture in the place of the mark, as a path of this origin.
    pub logo: Option<String>,
    /// Terms of use and privacy policy.
    pub links: Vec<Link>,
    /// Where a developer reads messages, as a path of this origin; only on their own machine.
    pub inbox: Option<String>,
}

/// Where terms are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// `terms-of-use` or `privacy-policy`.
    pub name: String,
    /// The language, or nothing for all that have none of their own.
    pub lang: String,
    /// The address: https, or this machine's.
    pub url: String,
}

/// Another identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provider {
    /// Its name in the pool.
    pub name: String,
    /// `Google`, `OIDC`, `SAML` and so on.
    pub kind: String,
}

/// Who may sign up, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignUpRules {
    /// Whether anybody may.
    pub allowed: bool,
    /// What is required besides user name and password.
    pub attributes: Vec<Attribute>,
}

/// An attribute to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attribute {
    /// Its name, such as `given_name` or `custom:team`.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
    /// `String`, `Number`, `DateTime` or `Boolean`.
    pub data_type: String,
    /// Fewest characters.
    pub min_length: Option<u32>,
    /// Most characters.
    pub max_length: Option<u32>,
}

/// The pool's password policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Fewest characters.
    pub minimum_length: usize,
    /// A to Z.
    pub require_uppercase: bool,
    /// a to z.
    pub require_lowercase: bool,
    /// 0 to 9.
    pub require_numbers: bool,
    /// Symbols.
    pub require_symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            minimum_length: policy.minimum_length,
            require_uppercase: policy.uppercase,
            require_lowercase: policy.lowercase,
            require_numbers: policy.numbers,
            require_symbols: policy.symbols,
        }
    }
}

impl Login {
    /// Reads the answer.
    ///
    /// # Errors
    /// [`NotJson`] for a member of another kind, and if the pool is not named: a page that would then send
    /// the password instead of proving it could be made to.
    pub fn read(answer: &impl Value) -> Result<Self, NotJson> {
        let list = |name| answer.at(name, |list| list.list(Value::text));
        let sign_up = answer.member("SignUp");
        let policy = answer.member("PasswordPolicy");
        Ok(Self {
            client_name: answer.text_at("ClientName")?.unwrap_or_default(),
            user_pool_id: answer.text_at("UserPoolId")?.ok_or(NotJson)?,
            login_hint: answer.text_at("LoginHint")?,
            lang: answer.text_at("Lang")?,
            username_attributes: list("UsernameAttributes")?.unwrap_or_default(),
            alias_attributes: list("AliasAttributes")?.unwrap_or_default(),
            sign_up: match sign_up {
                Some(rules) => SignUpRules::read(&rules)?,
                None => SignUpRules::default(),
            },
            providers: answer
                .at("Providers", |list| list.list(Provider::read))?
                .unwrap_or_default(),
            by_identifier: answer.boolean_at("ByIdentifier")?.unwrap_or_default(),
            only_providers: answer.boolean_at("OnlyProviders")?.unwrap_or_default(),
            password_policy: match policy {
                Some(policy) => PasswordPolicy::read(&policy)?,
                None => PasswordPolicy::default(),
            },
            expires_at_ms: answer
                .whole_at("ExpiresAt")?
                .map(|s| s.saturating_mul(1000)),
            sends_password: answer.boolean_at("SendsPassword")?.unwrap_or_default(),
            account: answer.text_at("Account")?,
            scopes: list("Scopes")?.unwrap_or_default(),
            style: answer.text_at("Style")?.filter(|path| is_path(path)),
            logo: answer.text_at("Logo")?.filter(|path| is_path(path)),
            links: answer
                .at("Links", |list| list.list(Link::read))?
                .unwrap_or_default(),
            inbox: answer.text_at("Inbox")?.filter(|path| is_path(path)),
        })
    }

    /// The password policy, as the core checks it.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let policy = &self.password_policy;
        Policy {
            minimum_length: policy.minimum_length,
            uppercase: policy.require_uppercase,
            lowercase: policy.require_lowercase,
            numbers: policy.require_numbers,
            symbols: policy.require_symbols,
        }
    }

    /// Whether there is nothing to type: only buttons.
    #[must_use]
    pub fn has_no_form(&self) -> bool {
        self.only_providers && !self.by_identifier
    }

    /// The address of terms by their name, in this language.
    #[must_use]
    pub fn link(&self, name: &str, lang: &str) -> Option<&str> {
        let of = |wanted: &str| {
            let mut links = self.links.iter();
            links.find(|link| link.name == name && link.lang == wanted)
        };
        of(lang).or_else(|| of("")).map(|link| link.url.as_str())
    }

    /// Whether a new user name is an e-mail address, and nothing else.
    #[must_use]
    pub fn username_is_email(&self) -> bool {
        self.username_attributes == ["email"]
    }

    /// Whether a new user name is a phone number, and nothing else.
    #[must_use]
    pub fn username_is_phone(&self) -> bool {
        self.username_attributes == ["phone_number"]
    }
}

impl Provider {
    pub(crate) fn read(provider: &impl Value) -> Option<Self> {
        Some(Self {
            name: provider.text_at("Name").ok()??,
            kind: provider.text_at("Type").ok()?.unwrap_or_default(),
        })
    }

    /// What people call it. Those that everybody knows are called by their own names, the others as the
    /// pool's administrators do.
    #[must_use]
    pub fn label(&self) -> &str {
        match &*self.kind {
            "Google" => "Google",
            "Facebook" => "Facebook",
            "SignInWithApple" => "Apple",
            "LoginWithAmazon" => "Amazon",
            _ => &self.name,
        }
    }
}

impl Link {
    fn read(link: &impl Value) -> Option<Self> {
        let text = |name| link.text_at(name).ok().flatten();
        // The service checks it, and whoever follows a link of this page must not run a script of somebody's.
        let url =
            text("Url").filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        Some(Self {
            name: text("Name")?,
            lang: text("Lang").unwrap_or_default(),
            url: url?,
        })
    }
}

/// A path of this origin: not `//host`, nor what a browser reads as that.
pub(crate) fn is_path(text: &str) -> bool {
    let sound = |b: u8| b.is_ascii_alphanumeric() || b"/_-".contains(&b);
    text.starts_with('/') && !text.starts_with("//") && text.bytes().all(sound)
}

impl SignUpRules {
    fn read(rules: &impl Value) -> Result<Self, NotJson> {
        let attributes = rules.at("Attributes", |list| list.list(Attribute::read))?;
        Ok(Self {
            allowed: rules.boolean_at("Allowed")?.unwrap_or_default(),
            attributes: attributes.unwrap_or_default(),
        })
    }
}

impl PasswordPolicy {
    fn read(policy: &impl Value) -> Result<Self, NotJson> {
        let usual = Self::default();
        let required = |name, usual| Ok(policy.boolean_at(name)?.unwrap_or(usual));
        let length = policy.whole_at("MinimumLength")?;
        let length = length.and_then(|length| usize::try_from(length).ok());
        Ok(Self {
            minimum_length: length.unwrap_or(usual.minimum_length),
            require_uppercase: required("RequireUppercase", usual.require_uppercase)?,
            require_lowercase: required("RequireLowercase", usual.require_lowercase)?,
            require_numbers: required("RequireNumbers", usual.require_numbers)?,
            require_symbols: required("RequireSymbols", usual.require_symbols)?,
        })
    }
}

impl Attribute {
    fn read(attribute: &impl Value) -> Option<Self> {
        let length = |name| {
            Some(
                attribute
                    .whole_at(name)
                    .ok()?
                    .and_then(|n| n.try_into().ok()),
            )
        };
        Some(Self {
            name: attribute.text_at("Name").ok()??,
            required: attribute.boolean_at("Required").ok()?.unwrap_or_default(),
            data_type: attribute.text_at("DataType").ok()?.unwrap_or_default(),
            min_length: length("MinLength")?,
            max_length: length("MaxLength")?,
        })
    }

    /// A required attribute of which only the name is known.
    #[must_use]
    pub fn required(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            required: true,
            ..Self::default()
        }
    }
}
