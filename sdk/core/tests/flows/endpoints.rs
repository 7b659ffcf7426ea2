//! A pool with several endpoints: which one is asked.

use cognate_core::ports::{HttpResponse, SendFailure};
use cognate_core::{Client, Config, ErrorCode};
use proptest::prelude::*;

use crate::platform::{Platform, Scripted};
use crate::{ENDPOINT, ISSUER, PASSWORD, ana, get_user, options, run, sign_in};

const REPLICA: &str = "http://localhost:4101";
const SECOND_REPLICA: &str = "http://localhost:4102";
const UNREACHABLE: SendFailure = SendFailure::Unreachable;
const SILENT: SendFailure = SendFailure::TimedOut;

/// Somebody signed in at a pool with these endpoints.
fn signed_in(endpoints: &[&str]) -> (Client<Platform>, Platform) {
    let platform = Platform::new();
    platform.server().add_user("ana", PASSWORD);
    let config = Config::parse("local_demo", "demowebclient", endpoints, Some(ISSUER)).unwrap();
    let client = Client::new(config, platform.clone());
    sign_in(&client);
    platform.take_operations();
    (client, platform)
}

/// The endpoints that were asked since the last time.
fn asked(platform: &Platform) -> Vec<String> {
    let calls = platform.calls();
    platform.take_operations();
    let endpoint = |url: &str| url.rsplit_once('/').unwrap().0.to_owned();
    calls.iter().map(|sent| endpoint(&sent.url)).collect()
}

#[test]
fn a_dead_primary_is_left_for_the_replica_at_once_and_remembered() {
    let (client, platform) = signed_in(&[ENDPOINT, REPLICA]);
    platform.set_down(&[(ENDPOINT, UNREACHABLE)]);
    get_user(&client).unwrap();
    assert_eq!(asked(&platform), [ENDPOINT, REPLICA]);
    assert!(platform.pauses().is_empty(), "the replica has done nothing");
    get_user(&client).unwrap();
    assert_eq!(asked(&platform), [REPLICA]);
}

#[test]
fn a_gateways_failure_counts_and_a_refusal_does_not() {
    let (client, platform) = signed_in(&[ENDPOINT, REPLICA]);
    let answer = |status| {
        Scripted::Answer(HttpResponse {
            status,
            ..HttpResponse::default()
        })
    };
    platform.script([answer(404)]);
    assert!(get_user(&client).is_err());
    platform.script([answer(503)]);
    get_user(&client).unwrap();
    assert_eq!(asked(&platform), [ENDPOINT, ENDPOINT, REPLICA]);
}

#[test]
fn a_silent_primary_leaves_time_for_the_replica() {
    let (client, platform) = signed_in(&[ENDPOINT, REPLICA]);
    platform.set_down(&[(ENDPOINT, SILENT)]);
    get_user(&client).unwrap();
    assert_eq!(asked(&platform), [ENDPOINT, REPLICA]);
    platform.set_down(&[(ENDPOINT, SILENT), (REPLICA, SILENT)]);
    assert_eq!(get_user(&client).unwrap_err().code, ErrorCode::Timeout);
}

#[test]
fn after_a_while_one_call_that_may_be_repeated_tries_again_and_no_other() {
    let (client, platform) = signed_in(&[ENDPOINT, REPLICA]);
    platform.set_down(&[(ENDPOINT, UNREACHABLE)]);
    get_user(&client).unwrap();
    platform.advance_ms(30_000);
    asked(&platform);
    let once = || run(client.service().forgot_password(&ana(), &options()));
    once().unwrap();
    assert_eq!(asked(&platform), [REPLICA], "it can be asked only once");
    get_user(&client).unwrap();
    get_user(&client).unwrap();
    assert_eq!(asked(&platform), [ENDPOINT, REPLICA, REPLICA]);
    platform.set_down(&[]);
    platform.advance_ms(30_000);
    get_user(&client).unwrap();
    once().unwrap();
    assert_eq!(asked(&platform), [ENDPOINT, ENDPOINT], "it is back");
}

#[test]
fn what_must_not_be_repeated_goes_to_one_endpoint() {
    let (client, platform) = signed_in(&[ENDPOINT, REPLICA]);
    platform.set_down(&[(ENDPOINT, UNREACHABLE)]);
    let once = || run(client.service().forgot_password(&ana(), &options()));
    assert_eq!(once().unwrap_err().code, ErrorCode::Network);
    assert_eq!(asked(&platform), [ENDPOINT]);
    once().unwrap();
    assert_eq!(asked(&platform), [REPLICA], "the next one knows");
}

#[test]
fn a_refresh_whose_answer_is_lost_is_asked_for_at_the_replica() {
    let (client, platform) = signed_in(&[ENDPOINT, REPLICA]);
    platform.set_down(&[(ENDPOINT, UNREACHABLE)]);
    run(client.refresh(&options())).unwrap();
    assert_eq!(asked(&platform), [ENDPOINT, REPLICA]);
}

#[test]
fn with_one_endpoint_it_is_asked_again_after_a_pause() {
    let (client, platform) = signed_in(&[ENDPOINT]);
    platform.set_down(&[(ENDPOINT, UNREACHABLE)]);
    assert_eq!(get_user(&client).unwrap_err().code, ErrorCode::Network);
    assert_eq!(asked(&platform), [ENDPOINT; 3]);
    assert_eq!(platform.pauses().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn while_one_of_three_answers_every_read_is_served_and_the_known_dead_are_left_alone(
        moments in prop::collection::vec(([any::<bool>(); 3], 0..40_000u64, any::<bool>()), 1..20),
    ) {
        let all = [ENDPOINT, REPLICA, SECOND_REPLICA];
        let (client, platform) = signed_in(&all);
        // Until when nobody but one probe may ask an endpoint.
        let mut avoided = [0; 3];
        for (is_down, ms, may_repeat) in moments {
            let down: Vec<_> = all.iter().zip(is_down).filter(|(_, down)| *down).collect();
            let down: Vec<_> = down.iter().map(|(url, _)| (**url, UNREACHABLE)).collect();
            platform.set_down(&down);
            let began_ms = platform.now();
            let result = match may_repeat {
                true => get_user(&client).map(drop),
                false => run(client.service().forgot_password(&ana(), &options())).map(drop),
            };
            let asked = asked(&platform);
            if may_repeat && down.len() < all.len() {
                prop_assert!(result.is_ok(), "{result:?} {down:?}");
            }
            let most = if may_repeat { 3 } else { 1 };
            prop_assert!(asked.len() <= most);
            let is_healthy = |index: usize, avoided: &[u64; 3]| avoided[index] == 0;
            for url in &asked {
                let index = all.iter().position(|one| one == url).unwrap();
                let is_allowed = is_healthy(index, &avoided)
                    || (may_repeat && avoided[index] <= began_ms)
                    || (0..3).all(|index| !is_healthy(index, &avoided));
                prop_assert!(is_allowed, "{url} was asked: {avoided:?} at {began_ms}");
                avoided[index] = match is_down[index] {
                    true => platform.now() + 30_000,
                    false => 0,
                };
            }
            platform.advance_ms(ms);
        }
    }
}
