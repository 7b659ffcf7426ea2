//! A step: a challenge under way. Plain data without any password, so that the platform can seal it
//! and resume it after a reload.

use alloc::string::{String, ToString};

use zeroize::Zeroizing;

use super::{Factor, Flow, Stage, StepKind};
use crate::config::Username;
use crate::error::{Error, incomplete};
use crate::json::{NotJson, Object, StringMap, Value};
use crate::ports::Json;
use crate::secret::ChallengeSession;
#[cfg(feature = "login")]
use crate::secret::Location;
use crate::session::User;

/// The end of a sign-in, or what it asks next.
#[derive(Debug, Clone)]
pub enum SignInStep {
    /// Signed in: the session is stored.
    Done(User),
    /// Signed in at the login domain: the browser goes on to the app.
    #[cfg(feature = "login")]
    Redirect(Location),
    /// Something is asked.
    Next(Step),
}

/// Something that a sign-in asks. Has a JSON form; holds no password.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is asked.
    pub kind: StepKind,
    /// When the service forgets about it: milliseconds since 1970 by this device's clock, and an
    /// estimate, since the pool decides (3 to 15 minutes; this assumes 3).
    pub expires_at_ms: u64,
    /// What the person typed.
    pub(crate) username: String,
    /// The flow to start again with.
    pub(super) flow: Flow,
    /// The name that the service wants in answers: the real user name.
    pub(super) user_id: Option<String>,
    pub(crate) session: Option<ChallengeSession>,
    /// The service's name for what it asks; empty where the sign-in starts again.
    pub(super) name: String,
    pub(super) parameters: StringMap,
    /// Nothing has been proved before it.
    pub(super) is_first: bool,
    /// The person has said, at a step before, that this device is to be remembered.
    pub(super) remembers: bool,
}

impl Step {
    /// Who is signing in, as typed.
    ///
    /// # Errors
    /// [`InvalidParameter`](crate::ErrorCode::InvalidParameter) when a resumed step was not written by this library.
    pub fn username(&self) -> Result<Username, Error> {
        Username::parse(&self.username)
    }

    /// The step as JSON text. It holds the session of the challenge: seal it. It does not hold the
    /// secret of an authenticator app.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<String> {
        let preferred = self.flow.preferred().map(Factor::name);
        let mut step = Object::new();
        step.text("name", &self.name)
            .strings("parameters", &self.parameters)
            .boolean("isFirst", self.is_first)
            .boolean("remember", self.remembers)
            .whole("expiresAtMs", self.expires_at_ms)
            .text("username", &self.username)
            .text("flow", self.flow.name())
            .text_if("preferred", preferred)
            .text_if("userId", self.user_id.as_deref())
            .text_if("session", self.session());
        step.finish()
    }

    /// A step from the text that [`Self::to_json`] gave.
    ///
    /// # Errors
    /// [`NotJson`] for any other text.
    pub fn from_json(json: &impl Json, text: &str) -> Result<Self, NotJson> {
        let step = json.parse(text)?;
        let text = |name| step.text_at(name)?.ok_or(NotJson);
        let flow = Flow::parse(&text("flow")?, step.text_at("preferred")?.as_deref());
        let name = text("name")?;
        let parameters = step.strings_at("parameters")?.ok_or(NotJson)?;
        let is_first = step.boolean_at("isFirst")?.ok_or(NotJson)?;
        Ok(Self {
            kind: StepKind::of(json, &name, &parameters, is_first)?,
            expires_at_ms: step.whole_at("expiresAtMs")?.ok_or(NotJson)?,
            username: text("username")?,
            flow: flow.map_err(|_| NotJson)?,
            user_id: step.text_at("userId")?,
            session: step.text_at("session")?.map(ChallengeSession::new),
            name,
            parameters,
            is_first,
            remembers: step.boolean_at("remember")?.unwrap_or_default(),
        })
    }

    /// The name under which the service offers a factor, in the list of this stage.
    pub(super) fn offered(&self, stage: Stage, factor: Factor) -> &'static str {
        let list = self.parameters.get(stage.list()).unwrap_or_default();
        factor.offered(list).unwrap_or_default()
    }

    /// The same with one thing chosen from its list.
    pub(super) fn narrowed(
        mut self,
        json: &impl Json,
        stage: Stage,
        name: &str,
    ) -> Result<Self, Error> {
        let list = stage.list().to_string();
        self.parameters.insert(list, name.to_string());
        self.kind = StepKind::of(json, &self.name, &self.parameters, self.is_first)
            .map_err(|_| incomplete())?;
        Ok(self)
    }

    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_ref().map(ChallengeSession::secret)
    }
}
