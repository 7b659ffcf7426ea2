//! The remaining ports in a real browser: the network and its failures, RS256, the exponentiation.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64ct::{Base64UrlUnpadded, Encoding};
use cognate::browser::{Browser, Cancel, JsJson, Persistence, Storage};
use cognate_core::Config;
use cognate_core::json::Value;
use cognate_core::ports::{Clock, Content, Http, HttpRequest, HttpResponse, Limits, Random, Rs256};
use cognate_core::ports::{RsaPublicKey, SendFailure};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::AbortController;
use zeroize::Zeroizing;

wasm_bindgen_test_configure!(run_in_browser);

async fn browser() -> Browser {
    let config = Config::parse("eu-west-1_Ports", "client", &[], None).unwrap();
    Browser::new(Storage::open(&config, Persistence::Memory).await.unwrap())
}

async fn get(url: &str, timeout_ms: u32, cancel: &Cancel) -> Result<HttpResponse, SendFailure> {
    let request = HttpRequest {
        url: url.into(),
        content: Content::None,
        body: Zeroizing::default(),
    };
    browser()
        .await
        .send(&request, Limits { timeout_ms, cancel })
        .await
}

fn own_server(path: &str) -> String {
    [
        &web_sys::window().unwrap().location().origin().unwrap(),
        path,
    ]
    .concat()
}

#[wasm_bindgen_test]
async fn an_answer_is_given_as_it_is_whatever_its_status() {
    let found = get(&own_server("/"), 5_000, &Cancel::default())
        .await
        .unwrap();
    assert_eq!(found.status, 200);
    assert!(
        found.body.contains("<html"),
        "HTML is for the core to judge: {}",
        found.body
    );
    let missing = get(
        &own_server("/there-is-no-such-file"),
        5_000,
        &Cancel::default(),
    )
    .await;
    assert_eq!(missing.unwrap().status, 404);
}

#[wasm_bindgen_test]
async fn a_host_that_does_not_listen_is_unreachable() {
    let failure = get("http://127.0.0.1:9/", 5_000, &Cancel::default())
        .await
        .unwrap_err();
    assert_eq!(failure, SendFailure::Unreachable);
}

#[wasm_bindgen_test]
async fn a_url_that_cannot_be_requested_is_blocked_before_anything_is_sent() {
    let failure = get("http://user:name@127.0.0.1/", 5_000, &Cancel::default())
        .await
        .unwrap_err();
    assert_eq!(failure, SendFailure::Blocked);
}

#[wasm_bindgen(inline_js = "
    export function echoOnce() {
        const real = globalThis.fetch;
        globalThis.fetch = async (request) => {
            globalThis.fetch = real;
            const { method, credentials, redirect, cache, referrerPolicy } = request;
            const headers = [...request.headers].map(([name, value]) => `${name}: ${value}`).sort();
            return Response.json([method, credentials, redirect, cache, referrerPolicy, await request.text(), ...headers]);
        };
    }
")]
extern "C" {
    /// The next `fetch` answers with what it was asked to send.
    #[wasm_bindgen(js_name = echoOnce)]
    fn echo_once();
}

#[wasm_bindgen_test]
async fn each_content_has_its_headers_and_only_the_login_domains_has_cookies() {
    let browser = browser().await;
    let login = Content::Login {
        transaction: "t1".into(),
    };
    let cases = [
        (
            Content::None,
            r#"["GET","omit","error","no-store","no-referrer",""]"#,
        ),
        (
            Content::Operation("A.B".into()),
            r#"["POST","omit","error","no-store","no-referrer","b=1","content-type: application/x-amz-json-1.1","x-amz-target: A.B"]"#,
        ),
        (
            Content::Form,
            r#"["POST","omit","error","no-store","no-referrer","b=1","content-type: application/x-www-form-urlencoded"]"#,
        ),
        (
            login,
            r#"["POST","same-origin","error","no-store","no-referrer","b=1","content-type: application/json","x-cognate-transaction: t1"]"#,
        ),
    ];
    for (content, sent) in cases {
        let body = match content {
            Content::None => Zeroizing::default(),
            _ => "b=1".to_owned().into(),
        };
        let request = HttpRequest {
            url: own_server("/"),
            content,
            body,
        };
        echo_once();
        let cancel = &Cancel::default();
        let timeout_ms = 5_000;
        let response = browser.send(&request, Limits { timeout_ms, cancel }).await;
        assert_eq!(response.unwrap().body, sent);
    }
}

#[wasm_bindgen_test]
async fn the_callers_signal_and_the_time_limit_are_told_apart() {
    let controller = AbortController::new().unwrap();
    let cancel = Cancel(Some(controller.signal()));
    assert!(
        get(&own_server("/"), 5_000, &cancel).await.is_ok(),
        "not fired yet"
    );
    controller.abort();
    assert_eq!(
        get(&own_server("/"), 5_000, &cancel).await.unwrap_err(),
        SendFailure::Aborted
    );
    let late = get(&own_server("/"), 0, &Cancel::default())
        .await
        .unwrap_err();
    assert_eq!(late, SendFailure::TimedOut);
}

#[wasm_bindgen_test]
async fn a_pause_lasts_and_ends_at_once_when_cancelled() {
    let browser = browser().await;
    let begun = browser.now_ms();
    browser.pause(50, &Cancel::default()).await;
    assert!(browser.now_ms() - begun >= 45);
    let controller = AbortController::new().unwrap();
    controller.abort();
    let begun = browser.now_ms();
    browser
        .pause(60_000, &Cancel(Some(controller.signal())))
        .await;
    assert!(browser.now_ms() - begun < 10_000);
}

#[wasm_bindgen_test]
async fn randomness_fills_every_byte_of_any_length() {
    let browser = browser().await;
    let mut bytes = vec![0; 70_000];
    browser.fill(&mut bytes).unwrap();
    let zeros = bytes[65_536..].iter().filter(|byte| **byte == 0).count();
    assert!(
        zeros < 100,
        "the part beyond one call's limit is random too: {zeros} zeros"
    );
}

/// RFC 7515, appendix A.2.
const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const MESSAGE: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

#[wasm_bindgen_test]
async fn rs256_accepts_the_rfcs_signature_and_nothing_near_it() {
    let browser = browser().await;
    let signature = Base64UrlUnpadded::decode_vec(SIGNATURE).unwrap();
    let key = RsaPublicKey { n: N, e: "AQAB" };
    let message = MESSAGE.as_bytes();
    assert_eq!(browser.verify(key, message, &signature).await, Ok(true));
    assert_eq!(
        browser.verify(key, &message[1..], &signature).await,
        Ok(false),
        "message"
    );
    let mut changed = signature.clone();
    changed[100] ^= 1;
    assert_eq!(
        browser.verify(key, message, &changed).await,
        Ok(false),
        "signature"
    );
    assert_eq!(
        browser.verify(key, message, &[]).await,
        Ok(false),
        "no signature"
    );
    let other = N.replacen('o', "p", 1);
    let other = RsaPublicKey {
        n: &other,
        e: "AQAB",
    };
    assert_eq!(
        browser.verify(other, message, &signature).await,
        Ok(false),
        "key"
    );
}

#[wasm_bindgen_test]
async fn a_malformed_key_verifies_nothing() {
    let browser = browser().await;
    for (n, e) in [("", "AQAB"), (N, ""), ("!", "AQAB"), ("AQAB", "AQAB")] {
        let verified = browser
            .verify(RsaPublicKey { n, e }, b"message", &[0; 256])
            .await;
        assert_eq!(verified, Ok(false), "{n:?} {e:?}");
    }
}

#[wasm_bindgen_test]
fn the_exponentiation_compiled_to_wasm_gives_the_recorded_verifiers() {
    let recorded = include_str!("../core/tests/vectors/srp.json");
    let recorded = JsJson(js_sys::JSON::parse(recorded).unwrap());
    let vectors = recorded.at("user_vectors", Value::elements);
    let vectors = vectors.unwrap().unwrap();
    assert!(vectors.len() >= 7);
    let two = cognate_modexp::widen(&[2]).unwrap();
    for vector in vectors {
        let text = |name| vector.text_at(name).unwrap().unwrap();
        let (label, x_hex, verifier_hex) = (text("label"), text("x_hex"), text("verifier_hex"));
        let (x, verifier) = (
            bytes(&x_hex),
            cognate_modexp::widen(&bytes(&verifier_hex)).unwrap(),
        );
        assert_eq!(cognate_modexp::pow_of_two(&x), verifier, "{label}: 2^x");
        assert_eq!(cognate_modexp::pow(&two, &x), verifier, "{label}: g^x");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let padded = if hex.len().is_multiple_of(2) {
        hex.to_owned()
    } else {
        ["0", hex].concat()
    };
    let digits: Vec<u32> = padded
        .chars()
        .map(|digit| digit.to_digit(16).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap())
        .collect()
}

#[wasm_bindgen_test]
fn json_is_read_by_its_own_members_only() {
    let parse = |text: &str| JsJson(js_sys::JSON::parse(text).unwrap());
    let value = parse(
        r#"{"text":"a","whole":9007199254740991,"half":0.5,"yes":true,"none":null,"list":["x",1],
            "strings":{"a":"1","b":"2"},"__proto__":"own","a":1,"a":2}"#,
    );
    assert_eq!(value.text_at("text"), Ok(Some("a".into())));
    assert_eq!(value.whole_at("whole"), Ok(Some(9_007_199_254_740_991)));
    assert!(value.whole_at("half").is_err());
    assert_eq!(value.boolean_at("yes"), Ok(Some(true)));
    assert_eq!(value.text_at("__proto__"), Ok(Some("own".into())));
    assert_eq!(value.whole_at("a"), Ok(Some(2)));
    let strings = value.strings_at("strings").unwrap().unwrap();
    assert_eq!(strings.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    assert_eq!(value.member("list").unwrap().elements().unwrap().len(), 2);
    for absent in ["none", "constructor", "toString", "length"] {
        assert!(value.member(absent).is_none(), "{absent}");
    }
    for other in ["[]", "\"text\"", "1", "true", "null"] {
        let other = parse(other);
        assert!(!other.is_object());
        assert!(other.member("length").is_none());
        assert!(other.members().is_none());
    }
    assert!(value.elements().is_none());
    assert!(js_sys::JSON::parse("{").is_err());
}
