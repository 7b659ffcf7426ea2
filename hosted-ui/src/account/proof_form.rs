//! What is offered to somebody whose proof is too old: another sign-in, or a code to their address.

use super::parts::press;
use super::screen::Screen;
use super::words::failure_text;
use super::{Account, Busy, Press, ProofProblem};
use crate::components::{code_input, group, inbox_link, isolated, paragraph, status};
use crate::element::{Element, element};
use crate::i18n::{AccountTexts, fill};

/// The ways to a new proof.
pub(super) fn ways_to_prove(screen: &Screen, account: &Account) -> Vec<Element> {
    let (texts, proof) = (screen.texts(), &screen.state.proof);
    let Some(address) = &account.proof_address else {
        return vec![sign_in_again(texts)];
    };
    let destination = isolated(address);
    let problem = proof.problem.as_ref();
    let said = problem.map(|problem| problem_text(texts, problem));
    let said = said.as_deref().unwrap_or_default();
    let of_code = problem.is_some_and(ProofProblem::is_of_code);
    let mut parts = Vec::new();
    if proof.sent > 0 {
        let told = match proof.sent {
            1 => &*fill(texts.proof_sent, &[("destination", &destination)]),
            _ => texts.resend_done,
        };
        parts.push(status("", told));
        parts.push(form(screen, of_code.then_some(said)));
        parts.extend(
            account
                .inbox
                .as_deref()
                .map(|path| inbox_link(path, texts.inbox_open)),
        );
    }
    // It is there before it says something, so that it is read out.
    let failed = if of_code { "" } else { said };
    parts.push(paragraph("problem", failed).with("role", "alert"));
    let send = press("send-code", "quiet", Press::SendCode);
    let send = send.with_if(screen.state.busy == Some(Busy::SendingCode), "data-busy");
    let send = match proof.sent {
        0 => send.text(&fill(texts.proof_send, &[("destination", &destination)])),
        _ => send.text(texts.resend_submit),
    };
    parts.push(group("ways-to-prove", vec![send, sign_in_again(texts)]));
    parts
}

fn form(screen: &Screen, problem: Option<&str>) -> Element {
    let texts = screen.texts();
    let submit = element("button", "primary")
        .id("prove")
        .with("type", "submit");
    let submit = submit.with_if(screen.state.busy == Some(Busy::Proving), "data-busy");
    let parts = vec![
        code_input(texts.code_label, texts.code_hint, problem),
        submit.text(texts.proof_submit),
    ];
    element("form", "")
        .id("proof")
        .with("novalidate", "")
        .children(parts)
}

fn problem_text(texts: &AccountTexts, problem: &ProofProblem) -> String {
    match problem {
        ProofProblem::Missing => texts.problem_code_missing.to_owned(),
        ProofProblem::Failed(failure) => failure_text(texts, failure),
    }
}

fn sign_in_again(texts: &AccountTexts) -> Element {
    press("sign-in", "quiet", Press::SignIn).text(texts.sign_in_again)
}
