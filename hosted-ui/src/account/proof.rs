//! Proving who one is by a code, where a sign-in is too old or none: what happens with it.
//!
//! The code itself is never here: it goes from its field to the service.

use super::flow::Busy;
use super::{Alert, Call, Effect, Failure, Kind, Notice, Section, State};

/// A proof by a code, as far as it has got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// How many codes were sent. The last one counts.
    pub sent: u32,
    /// What is wrong.
    pub problem: Option<ProofProblem>,
}

/// What is wrong with a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofProblem {
    /// There is nothing in the field.
    Missing,
    /// The service says no, or nothing.
    Failed(Failure),
}

impl ProofProblem {
    /// Whether it is about what stands in the field.
    #[must_use]
    pub fn is_of_code(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Failed(failure) => matches!(failure.kind, Kind::WrongCode | Kind::ExpiredCode),
        }
    }
}

impl State {
    pub(super) fn send_code(&mut self) -> Vec<Effect> {
        self.begin(Busy::SendingCode, Call::SendProofCode)
    }

    pub(super) fn code_sent(&mut self, failure: Option<Failure>) -> Vec<Effect> {
        self.busy = None;
        match failure {
            None => {
                self.proof.sent += 1;
                vec![Effect::Focus(CODE)]
            }
            Some(failure) => self.proof_failed(failure),
        }
    }

    pub(super) fn prove(&mut self, has_code: bool) -> Vec<Effect> {
        if !has_code {
            self.proof.problem = Some(ProofProblem::Missing);
            return vec![Effect::Focus(CODE)];
        }
        self.begin(Busy::Proving, Call::ConfirmProof)
    }

    pub(super) fn proved(&mut self, failure: Option<Failure>) -> Vec<Effect> {
        self.busy = None;
        if let Some(failure) = failure {
            return self.proof_failed(failure);
        }
        let section = match self.alert.take() {
            Some(Alert::NotRecent(section)) => section,
            _ => Section::Ways,
        };
        self.notice = Some(Notice::Proved(section));
        self.describe()
    }

    fn begin(&mut self, busy: Busy, call: Call) -> Vec<Effect> {
        self.notice = None;
        self.proof.problem = None;
        self.busy = Some(busy);
        self.call(call)
    }

    fn proof_failed(&mut self, failure: Failure) -> Vec<Effect> {
        // The session may have ended; what the service knows now is asked for.
        let is_asked = matches!(failure.kind, Kind::NotAuthorized | Kind::Refused);
        let problem = ProofProblem::Failed(failure);
        let effect = problem.is_of_code().then_some(Effect::Focus(CODE));
        self.proof.problem = Some(problem);
        match is_asked {
            true => self.describe(),
            false => effect.into_iter().collect(),
        }
    }
}

/// The id of the code's field.
const CODE: &str = "code";
