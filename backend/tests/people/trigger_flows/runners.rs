//! Handlers that run elsewhere than in the embedded engine: in a Node process, and behind an endpoint of the
//! Lambda Invoke API.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use cognate_backend::clock::Clock;
use cognate_backend::config::{Config, Runs};
use cognate_backend::serve::prepare;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::person::{Person, claims};
use crate::support::{Backend, START, loopback};
use crate::triggers::{Handlers, THROWS_ITS_EVENT, thrown_event};

/// Keep the handlers: new processes read the file again.
async fn in_node(source: &str) -> (Backend, Handlers) {
    let triggers =
        "pre_sign_up = { node = \"handler.mjs\", environment = { GREETING = \"hello\" } }";
    let handlers = Handlers::written(triggers, &[("handler.mjs", source)]);
    (handlers.start().await, handlers)
}

#[tokio::test]
async fn node_runs_a_handler_with_modules_files_and_its_own_environment_only() {
    let (backend, _handlers) = in_node(
        "import { readFileSync } from 'node:fs';
        import { basename } from 'node:path';
        let calls = 0;
        console.log('loaded'); process.stdout.write('no answer\\n');
        export const handler = async (event, context) => {
            calls += 1;
            console.log('called', event.userName);
            throw new Error(JSON.stringify({
                calls, me: readFileSync(new URL(import.meta.url), 'utf8').length > 0,
                variables: Object.keys(process.env).sort(), greeting: process.env.GREETING,
                name: context.functionName, folder: basename(process.cwd()).length > 0,
                remains: context.getRemainingTimeInMillis() > 1000,
            }));
        };",
    )
    .await;
    for calls in 1..=2 {
        let answer = Person::stranger().sign_up(&backend).await;
        assert_eq!(
            thrown_event("PreSignUp", &answer),
            json!({
                "calls": calls, "me": true, "greeting": "hello", "name": "handler.mjs", "folder": true,
                "remains": true, "variables": ["AWS_LAMBDA_FUNCTION_NAME", "GREETING", "PATH"],
            }),
            "the process stays, and has nothing of ours"
        );
    }
}

#[tokio::test]
async fn a_process_that_is_late_or_broken_is_replaced() {
    let (backend, _handlers) = in_node(
        "export const handler = async (event) => {
            const { name } = event.request.userAttributes;
            if (name === 'late') for (;;) {}
            if (name === 'gone') process.exit(0);
            if (name === 'uncaught') await new Promise(() => setTimeout(() => { throw new Error('later'); }, 1));
            if (name === 'rubbish') return 'yes';
            if (name === 'cycle') { event.self = event; return event; }
            if (name === 'big') return { response: {}, filler: 'x'.repeat(2 ** 21) };
            event.response.autoConfirmUser = true;
            return event;
        };",
    )
    .await;
    let sign_up = async |name: &str| {
        let person = Person::stranger();
        let body = person.naming(json!({
            "Password": person.password,
            "UserAttributes": [{ "Name": "email", "Value": person.email }, { "Name": "name", "Value": name }],
        }));
        backend.call("SignUp", body).await
    };
    for (name, expected) in [
        ("late", "UnexpectedLambdaException"),
        ("gone", "UnexpectedLambdaException"),
        ("uncaught", "UserLambdaValidationException"),
        ("rubbish", "InvalidLambdaResponseException"),
        ("cycle", "InvalidLambdaResponseException"),
        ("big", "InvalidLambdaResponseException"),
    ] {
        assert_eq!(sign_up(name).await.error_type(), expected, "{name}");
        assert_eq!(
            sign_up("good").await.ok()["UserConfirmed"],
            true,
            "after {name}"
        );
    }
}

#[tokio::test]
async fn many_events_at_once_each_get_their_own_answer() {
    let (backend, _handlers) = in_node(
        "export const handler = (event, context, callback) => setTimeout(
            () => callback(new Error(event.request.userAttributes.email)), 20);",
    )
    .await;
    let all = (0..20).map(|_| async {
        let person = Person::stranger();
        let (_, message) = person.sign_up(&backend).await.error();
        assert_eq!(
            message,
            format!("PreSignUp failed with error {}.", person.email)
        );
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn a_node_handler_with_a_mistake_keeps_the_backend_from_starting() {
    let start = async |config: Config| {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data: Some(folder.path().to_owned()),
            ..config
        };
        let failed = prepare(config, Clock::frozen_at(START), loopback()).await;
        failed.unwrap_err().to_string()
    };
    let node = "pre_sign_up = { node = \"handler.mjs\" }";
    for (source, expected) in [
        ("export const other = 1;", "no function named handler"),
        ("import 'no-such-package';", "no-such-package"),
        ("throw new Error('at once');", "at once"),
    ] {
        let handlers = Handlers::written(node, &[("handler.mjs", source)]);
        let why = start(handlers.config()).await;
        assert!(
            why.contains(expected) && why.contains("handler.mjs"),
            "{why}"
        );
    }
    let handlers = Handlers::written(node, &[("handler.mjs", THROWS_ITS_EVENT)]);
    let mut config = handlers.config();
    config.node = Some("/nowhere/node".into());
    assert!(start(config).await.contains("/nowhere/node does not start"));
    let mut config = handlers.config();
    for handler in config.pools[0].triggers.values_mut() {
        handler.runs = Runs::Function("name".to_owned());
    }
    assert!(start(config).await.contains("functions.endpoint"));
}

/// An endpoint of the Lambda Invoke API, and what was asked of it.
#[derive(Clone, Default)]
struct Lambda {
    seen: Arc<Mutex<Vec<(String, HeaderMap, Value)>>>,
}

impl Lambda {
    async fn listen(&self) -> SocketAddr {
        let router = Router::new()
            .route(
                "/2015-03-31/functions/{name}/invocations",
                post(Self::invoke),
            )
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, router));
        address
    }

    async fn invoke(
        State(lambda): State<Self>,
        Path(name): Path<String>,
        headers: HeaderMap,
        body: Bytes,
    ) -> axum::response::Response {
        let mut event: Value = serde_json::from_slice(&body).unwrap();
        let mut seen = lambda.seen.lock().unwrap();
        seen.push((name.clone(), headers, event.clone()));
        let tries = seen.iter().filter(|one| one.0 == name).count();
        drop(seen);
        let failed = |kind: &'static str, body: Value| {
            ([("x-amz-function-error", kind)], body.to_string()).into_response()
        };
        match name.as_str() {
            "confirms" => {
                event["response"]["autoConfirmUser"] = json!(true);
                event.to_string().into_response()
            }
            "throws" => failed(
                "Unhandled",
                json!({ "errorType": "Error", "errorMessage": "Not here", "trace": [] }),
            ),
            "late" => failed(
                "Unhandled",
                json!({ "errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 3.00 seconds" }),
            ),
            "busy-once" if tries < 3 => StatusCode::TOO_MANY_REQUESTS.into_response(),
            "busy-once" => event.to_string().into_response(),
            "broken" => StatusCode::BAD_GATEWAY.into_response(),
            "moved" => (StatusCode::FOUND, [("location", "/elsewhere")]).into_response(),
            "endless" => "x".repeat(2 << 20).into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// axum's own server is not among our features.
pub(crate) async fn serve(listener: tokio::net::TcpListener, router: Router) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let router = router.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                router.clone().oneshot(request.map(Body::new))
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            drop(connection.await);
        });
    }
}

async fn with_function(lambda: &Lambda, name: &str, credentials: &str) -> Backend {
    let address = lambda.listen().await;
    let triggers = format!("pre_sign_up = {{ function = \"{name}\" }}");
    let mut config = Handlers::written(&triggers, &[]).config();
    let functions = format!("[functions]\nendpoint = \"http://{address}\"\n{credentials}");
    config.functions = Config::parse(&functions).unwrap().functions;
    Backend::start_with(config).await
}

#[tokio::test]
async fn a_function_behind_an_endpoint_decides() {
    let lambda = Lambda::default();
    let backend = with_function(&lambda, "confirms", "").await;
    let person = Person::stranger();
    assert_eq!(person.sign_up(&backend).await.ok()["UserConfirmed"], true);
    let id = claims(&person.tokens(&backend).await["IdToken"]);
    assert_eq!(id["email"], json!(person.email));
    let seen = lambda.seen.lock().unwrap();
    let (_, headers, event) = &seen[0];
    assert_eq!(headers["x-amz-invocation-type"], "RequestResponse");
    assert_eq!(event["triggerSource"], "PreSignUp_SignUp");
    assert!(headers.get("authorization").is_none());
    assert!(!event.to_string().contains(&person.password));
}

#[tokio::test]
async fn what_a_function_does_wrong_is_told_apart() {
    for (name, expected, tries) in [
        ("throws", "UserLambdaValidationException", 1),
        ("late", "UnexpectedLambdaException", 1),
        ("broken", "UnexpectedLambdaException", 3),
        ("moved", "UnexpectedLambdaException", 1),
        ("missing", "UnexpectedLambdaException", 1),
        ("endless", "UnexpectedLambdaException", 1),
    ] {
        let lambda = Lambda::default();
        let backend = with_function(&lambda, name, "").await;
        let answer = Person::stranger().sign_up(&backend).await;
        assert_eq!(answer.error_type(), expected, "{name}");
        assert_eq!(lambda.seen.lock().unwrap().len(), tries, "{name}");
    }
    let lambda = Lambda::default();
    let backend = with_function(&lambda, "busy-once", "").await;
    Person::stranger().sign_up(&backend).await.ok();
}

#[tokio::test]
async fn requests_are_signed_if_there_is_a_key() {
    let lambda = Lambda::default();
    let credentials = "[functions.credentials]\naccess_key_id = \"AKID\"\n\
                       secret_access_key = \"secret\"\nregion = \"eu-central-1\"\n";
    let backend = with_function(&lambda, "confirms", credentials).await;
    Person::stranger().sign_up(&backend).await.ok();
    let seen = lambda.seen.lock().unwrap();
    let authorization = seen[0].1["authorization"].to_str().unwrap();
    let expected = "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-central-1/lambda/aws4_request, \
                    SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=";
    assert!(authorization.starts_with(expected), "{authorization}");
    assert_eq!(seen[0].1["x-amz-date"], "20260102T030405Z");
}

#[tokio::test]
async fn a_pool_of_the_api_may_name_any_function_of_the_endpoint() {
    let lambda = Lambda::default();
    let backend = with_function(&lambda, "confirms", "").await;
    let create = |arn: &str| {
        let body = json!({ "PoolName": "a", "LambdaConfig": { "PreSignUp": arn } });
        backend.admin("CreateUserPool", body)
    };
    create("arn:aws:lambda:eu-central-1:123456789012:function:throws:live")
        .await
        .ok();
    for arn in [
        "arn:aws:lambda:eu-central-1:123456789012:function:../../secret",
        "arn:aws:sqs:eu-central-1:123456789012:function:throws",
    ] {
        let refused = create(arn).await.error_type();
        assert_eq!(refused, "InvalidParameterException", "{arn}");
    }
}
