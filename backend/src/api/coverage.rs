//! Which of the contract's operations there are: the page `docs/operations.md`, written by
//! `cognate operations`.

use std::fmt::Write as _;

use super::Operation;
use crate::contract::{self, Service};

const NO_REPLICAS: &str = "refused: there is one region";

/// What an operation that is there does not do, or does in its own way.
const NOTES: &[(&str, &str)] = &[
    (
        "CreateUserPoolDomain",
        "there, as a record: the login domain is the public address",
    ),
    ("CreateUserPoolReplica", NO_REPLICAS),
    ("DeleteUserPoolReplica", NO_REPLICAS),
    (
        "DescribeRiskConfiguration",
        "there, as a record: risks are not judged",
    ),
    (
        "GetDerivedToken",
        "refused: what it exchanges is not published",
    ),
    (
        "GetLogDeliveryConfiguration",
        "there, as a record: the log is this process's",
    ),
    (
        "GetProvisionedLimit",
        "refused: rates are in the configuration",
    ),
    ("ListUserPoolReplicas", "there: there are none"),
    (
        "SetLogDeliveryConfiguration",
        "there, as a record: the log is this process's",
    ),
    (
        "SetRiskConfiguration",
        "there, as a record: risks are not judged",
    ),
    (
        "UpdateAuthEventFeedback",
        "refused: its token comes with a message that is never sent",
    ),
    (
        "UpdateProvisionedLimit",
        "refused: rates are in the configuration",
    ),
    ("UpdateUserPoolReplica", NO_REPLICAS),
    ("UpdateUserPoolDomain", "there, as a record"),
];

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = "# Operations of the APIs\n\n\
         Written by `cognate operations` from the backend's own tables; a test fails when it is out of date.\n\
         Whoever calls: anybody (*public*; some bring a token in the body), or an administrator with a signed \
         request (*SigV4*).\n"
        .to_owned();
    for service in Service::ALL {
        add_table(&mut page, service);
    }
    page
}

fn add_table(page: &mut String, service: Service) {
    let all = contract::operations(service);
    let title = match service {
        Service::UserPools => "User pools",
        Service::IdentityPools => "Identity pools",
    };
    let done = all
        .keys()
        .filter(|name| Operation::find(service, name).is_some())
        .filter(|name| !note(name).is_some_and(|note| note.starts_with("refused")))
        .count();
    // Writing to a text does not fail.
    let _ = write!(
        page,
        "\n## {title}\n\n`X-Amz-Target: {}.<Operation>`. {done} of {} are there.\n\n\
         | operation | caller | state |\n|---|---|---|\n",
        service.target(),
        all.len()
    );
    for (name, auth) in all {
        let caller = match auth {
            contract::Auth::None => "public",
            contract::Auth::SigV4 => "SigV4",
        };
        let state = match Operation::find(service, name) {
            None => "not yet",
            Some(_) => note(name).unwrap_or("there"),
        };
        // Writing to a text does not fail.
        let _ = writeln!(page, "| {name} | {caller} | {state} |");
    }
}

fn note(name: &str) -> Option<&'static str> {
    let found = NOTES.iter().find(|(operation, _)| *operation == name);
    found.map(|(_, note)| *note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Auth;

    #[test]
    fn the_page_in_the_docs_is_the_one_that_the_table_gives() {
        let written = include_str!("../../../docs/operations.md");
        assert!(
            written == page(),
            "docs/operations.md is out of date: run `cargo run -p cognate-backend -- operations > docs/operations.md`"
        );
    }

    #[test]
    fn every_operation_asks_of_its_caller_what_the_contract_asks() {
        for (service, count) in [(Service::UserPools, 141), (Service::IdentityPools, 23)] {
            let all = contract::operations(service);
            assert_eq!(all.len(), count);
            for operation in Operation::all(service) {
                let asked = match operation.auth {
                    Auth::Public => contract::Auth::None,
                    Auth::SigV4 => contract::Auth::SigV4,
                };
                assert_eq!(operation.service, service);
                assert_eq!(all.get(operation.name), Some(&asked), "{}", operation.name);
            }
        }
    }

    #[test]
    fn notes_are_about_operations_that_are_there() {
        for (name, _) in NOTES {
            let is_there = |service| Operation::find(service, name).is_some();
            assert!(Service::ALL.into_iter().any(is_there), "{name}");
        }
    }
}
