use std::time::Instant;

use super::*;
use crate::triggers::console;

/// Short enough for tests, long enough for a busy machine.
const QUICK: Limits = Limits {
    time: Duration::from_millis(700),
    ..LIMITS
};

const MEMORY_BOMBS: &[&str] = &[
    "const all = []; for (;;) all.push(new Array(1000).fill(1.5))",
    "let text = 'x'; for (;;) text += text",
    "new ArrayBuffer(1e9)",
    "'x'.repeat(2 ** 29)",
    "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })",
    "let o = {}; for (;;) o = { o }",
    "const f = async () => { await 0; }; for (;;) f()",
    "for (let i = 0; ; i++) globalThis['g' + i] = i",
    "for (let i = 0; ; i++) Symbol.for('g' + i)",
    "const all = []; for (;;) { try { all.push('x'.repeat(1e6) + all.length) } catch {} }",
    "let b = 1n; for (;;) b = b * b + 1n",
    "eval('[' + '['.repeat(1e6))",
    "JSON.parse('['.repeat(1e6))",
    "return JSON.stringify(new Array(1e7).fill('xxxxxxxxxxxx'))",
];

async fn load_as(name: &str, source: &str) -> Result<Engine, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, source).unwrap();
    Engine::load_with(&path, Arc::new(Semaphore::new(4)), QUICK).await
}

async fn module(source: &str) -> Engine {
    load_as("handler.mjs", source).await.unwrap()
}

async fn run(engine: &Engine, event: &str) -> Result<String, RunError> {
    let invocation = Invocation {
        event: Zeroizing::new(event.to_owned()),
        id: "call-1".to_owned(),
        secrets: Vec::new(),
    };
    engine.run(invocation).await.map(|text| text.to_string())
}

/// Runs the body of an async ESM handler.
async fn answer(body: &str) -> Result<String, RunError> {
    let source = format!("export const handler = async (event, context) => {{ {body} }};");
    run(&module(&source).await, r#"{"n":1}"#).await
}

/// The same with little memory, and the whole time to use it up.
async fn answer_with_little(body: &str) -> Result<String, RunError> {
    let source = format!("export const handler = async (event, context) => {{ {body} }};");
    let limits = Limits {
        memory: 4 * 1024 * 1024,
        ..LIMITS
    };
    let engine = Engine {
        limits,
        ..module(&source).await
    };
    run(&engine, "{}").await
}

/// A promise that could not even be refused leaves nothing to do: `null`, which is no response.
fn is_no_answer(result: &Result<String, RunError>) -> bool {
    result.is_err() || result.as_deref() == Ok("null")
}

fn thrown(message: &str) -> Result<String, RunError> {
    Err(RunError::Thrown(message.to_owned()))
}

#[tokio::test]
async fn every_form_of_a_handler_answers() {
    for (name, source) in [
        (
            "a.mjs",
            "export const handler = async (event) => { event.n += 1; return event; };",
        ),
        (
            "b.mjs",
            "export function handler(event, context, callback) { event.n += 1; callback(null, event); }",
        ),
        (
            "c.mjs",
            "const add = await Promise.resolve((n) => n + 1);\nexport const handler = async (e) => ({ n: add(e.n) });",
        ),
        (
            "d.cjs",
            "exports.handler = async (event) => { event.n += 1; return event; };",
        ),
        (
            "e.cjs",
            "module.exports = { handler(event, context, callback) { event.n += 1; callback(null, event); } };",
        ),
        (
            "f.js",
            "exports.handler = (event, context) => { event.n += 1; context.done(null, event); };",
        ),
        (
            "g.js",
            "export const handler = (event, context) => { event.n += 1; context.succeed(event); };",
        ),
        (
            "h.js",
            "exports.handler = (event, context, callback) => { event.n += 1; setTimeout(() => callback(null, event), 20); };",
        ),
        (
            "i.mjs",
            "export const handler = (event) => new Promise((done) => setTimeout(done, 20, { n: event.n + 1 }));",
        ),
        (
            "j.cjs",
            "'use strict'; const { handler } = require('crypto'); exports.handler = (event) => ({ n: event.n + 1 });",
        ),
    ] {
        let engine = load_as(name, source).await.unwrap();
        assert_eq!(
            run(&engine, r#"{"n":1}"#).await.as_deref(),
            Ok(r#"{"n":2}"#),
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_a_handler_throws_is_told_in_its_words() {
    assert_eq!(
        answer("throw new Error('no more seats')").await,
        thrown("no more seats")
    );
    assert_eq!(answer("throw 'just text'").await, thrown("just text"));
    assert_eq!(answer("throw undefined").await, thrown("undefined"));
    assert_eq!(
        answer("null.x").await,
        thrown("cannot read property 'x' of null")
    );
    let with_callback =
        |body: &str| format!("exports.handler = (event, context, callback) => {{ {body} }};");
    for (body, message) in [
        (
            "callback(new Error('first')); callback(null, event);",
            "first",
        ),
        ("callback('text')", "text"),
        ("throw new TypeError('at once')", "at once"),
        (
            "setTimeout(() => { throw new Error('later'); }, 5)",
            "later",
        ),
        ("context.fail('old')", "old"),
    ] {
        let engine = load_as("handler.cjs", &with_callback(body)).await.unwrap();
        assert_eq!(run(&engine, "{}").await, thrown(message), "{body}");
    }
    let long = answer("throw new Error('x'.repeat(100000))").await;
    assert_eq!(long, thrown(&"x".repeat(1000)));
    let hostile = "throw { get message() { throw new Error('again'); } }";
    assert_eq!(answer(hostile).await, thrown("unknown error"));
    assert_eq!(
        answer("throw { message: '\\ud800' }").await,
        thrown("\u{fffd}")
    );
}

#[tokio::test]
async fn an_answer_that_is_no_json_or_none_is_told_apart() {
    assert_eq!(answer("").await.as_deref(), Ok("null"));
    assert_eq!(answer("return undefined").await.as_deref(), Ok("null"));
    assert_eq!(answer("return Symbol('s')").await.as_deref(), Ok("null"));
    assert_eq!(
        answer("return '\\ud800'").await.as_deref(),
        Ok("\"\\ud800\"")
    );
    for body in [
        "event.self = event; return event",
        "return { n: 1n }",
        "return { toJSON() { throw new Error('no'); } }",
        "return { text: 'x'.repeat(2 * 1024 * 1024) }",
    ] {
        assert!(
            matches!(answer(body).await, Err(RunError::Unreadable(_))),
            "{body}"
        );
    }
    // Nothing is left that could answer.
    assert_eq!(
        answer("await new Promise(() => {})").await.as_deref(),
        Ok("null")
    );
}

#[tokio::test]
async fn endless_work_ends_with_the_time() {
    for body in [
        "for (;;) {}",
        "try { for (;;) {} } catch { return 1 } finally { for (;;) {} }",
        "await new Promise((done) => setTimeout(done, 60000))",
        "const tick = () => setTimeout(tick, 1); tick(); await new Promise(() => {})",
        "/^(a+)+$/.test('a'.repeat(40) + 'b')",
        "throw { get message() { for (;;) {} } }",
        "return { toJSON() { for (;;) {} } }",
        "return { then() { for (;;) {} } }",
        "return new Proxy({}, { ownKeys() { for (;;) {} } })",
        "[1, 2].sort(() => { for (;;) {} })",
        "[].indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    ] {
        let started = Instant::now();
        assert_eq!(answer(body).await, Err(RunError::TimedOut), "{body}");
        assert!(
            started.elapsed() < QUICK.time + GRACE,
            "the engine ends it itself: {body}"
        );
    }
}

/// Nothing is collected during a call, so a fast machine runs out of memory before the time is over.
#[tokio::test]
async fn endless_promises_end_with_the_time_or_the_memory() {
    let result = answer("const again = () => Promise.resolve().then(again); await again()").await;
    assert!(is_no_answer(&result), "{result:?}");
}

#[tokio::test]
async fn endless_memory_ends_with_an_error() {
    for body in MEMORY_BOMBS {
        let result = answer_with_little(body).await;
        assert!(is_no_answer(&result), "{body}: {result:?}");
    }
    let bomb = "const all = []; for (;;) all.push(new Array(1000).fill(1.5))";
    let result = answer_with_little(bomb).await;
    // What it says is "out of memory", unless not even that could be allocated any more.
    assert!(matches!(result, Err(RunError::Crashed(_))), "{result:?}");
}

#[tokio::test]
async fn endless_recursion_is_an_error_of_the_handler() {
    for body in [
        "const f = () => f() + 1; f()",
        "const o = { get x() { return this.x; } }; o.x",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)",
        "const p = new Proxy({}, { get(t, k, r) { return r[k]; } }); p.x",
        "const s = '('.repeat(1e5); new RegExp(s + ')'.repeat(1e5)).test('a')",
    ] {
        let result = answer(body).await;
        assert!(
            matches!(result, Err(RunError::Thrown(_))),
            "{body}: {result:?}"
        );
    }
}

#[tokio::test]
async fn nothing_survives_a_call() {
    let source = "let calls = 0;\n\
        export const handler = async (event) => {\n\
            calls += 1;\n\
            globalThis.seen = (globalThis.seen ?? 0) + 1;\n\
            Array.prototype.kept = (Array.prototype.kept ?? 0) + 1;\n\
            process.env.KEPT = (Number(process.env.KEPT) || 0) + 1;\n\
            return [calls, globalThis.seen, [].kept, process.env.KEPT];\n\
        };";
    let engine = module(source).await;
    for _ in 0..3 {
        assert_eq!(run(&engine, "{}").await.as_deref(), Ok("[1,1,1,1]"));
    }
}

#[tokio::test]
async fn prototype_games_reach_nobody_else() {
    // Whatever a handler replaces, the answer is its own, an error of its own, or none.
    for body in [
        "JSON.stringify = () => '{\"forged\":true}'; return { own: 1 }",
        "Object.prototype.toJSON = () => ({ forged: true }); return {}",
        "Promise.prototype.then = () => {}; return { own: 1 }",
        "Object.defineProperty(Object.prototype, 'then', { get() { throw new Error('no'); } }); return { own: 1 }",
        "Map.prototype[Symbol.iterator] = () => { throw 1; }; await new Promise((d) => setTimeout(d, 1))",
        "globalThis.InternalError = undefined; globalThis.Object = undefined; return { own: 1 }",
        "Object.prototype.kind = 'answered'; Object.prototype.text = '{}'; throw new Error('no')",
        "String.prototype.slice = () => { throw 1; }; throw new Error('x')",
    ] {
        let result = answer(body).await;
        let forged = "{\"forged\":true}";
        match result {
            Ok(text) => assert!(
                text == "{\"own\":1}"
                    || text == "null"
                    || text == forged && body.contains("toJSON"),
                "{body}: {text}"
            ),
            Err(error) => assert!(
                matches!(error, RunError::Thrown(_) | RunError::Crashed(_)),
                "{body}: {error:?}"
            ),
        }
    }
    // A member of the event called like the prototype is a member like others.
    let engine = module(
        "export const handler = async (e) => ({ own: Object.hasOwn(e, '__proto__'), x: {}.x })",
    )
    .await;
    let event = r#"{"__proto__":{"x":1}}"#;
    assert_eq!(run(&engine, event).await.as_deref(), Ok(r#"{"own":true}"#));
    assert_eq!(
        answer("return {}.x ?? 'clean'").await.as_deref(),
        Ok("\"clean\"")
    );
}

#[tokio::test]
async fn there_is_nothing_besides_the_listed_globals() {
    let names = answer("return Object.getOwnPropertyNames(globalThis).sort().join(' ')").await;
    let documented = include_str!("../../../../docs/triggers.md");
    let names: String = serde_json::from_str(&names.unwrap()).unwrap();
    let missing: Vec<&str> = names
        .split(' ')
        .filter(|name| !documented.contains(&format!("`{name}`")))
        .collect();
    assert_eq!(missing, [""; 0], "docs/triggers.md does not list these");
    for absent in [
        "fetch",
        "XMLHttpRequest",
        "WebSocket",
        "require",
        "module",
        "exports",
        "std",
        "os",
        "bjson",
        "Worker",
        "Deno",
        "Bun",
        "scriptArgs",
        "print",
        "load",
        "__dirname",
        "gc",
        "host",
    ] {
        let body = format!("return typeof {absent}");
        assert_eq!(
            answer(&body).await.as_deref(),
            Ok("\"undefined\""),
            "{absent}"
        );
    }
    assert_eq!(answer("return process.env").await.as_deref(), Ok("{}"));
    assert_eq!(
        answer("return Object.keys(process)").await.as_deref(),
        Ok("[\"env\"]")
    );
    for name in [
        "fs",
        "node:fs",
        "child_process",
        "http",
        "os",
        "std",
        "./other.mjs",
        "/etc/passwd",
        "https://example.com/x.mjs",
    ] {
        let body = format!("return await import({name:?})");
        assert!(
            matches!(answer(&body).await, Err(RunError::Thrown(_))),
            "{name}"
        );
        let refused = load_as(
            "handler.mjs",
            &format!("import x from {name:?}; export const handler = () => x;"),
        )
        .await;
        assert!(matches!(refused, Err(LoadError::Unusable { .. })), "{name}");
        let source = format!("exports.handler = async () => require({name:?});");
        let result = run(&load_as("handler.cjs", &source).await.unwrap(), "{}").await;
        let Err(RunError::Thrown(message)) = result else {
            panic!("{name}: {result:?}")
        };
        assert!(message.starts_with("Cannot find module"), "{message}");
    }
}

#[tokio::test]
async fn the_listed_globals_work() {
    for (body, expected) in [
        (
            "return new TextDecoder().decode(new TextEncoder().encode('zł😀\\ud800'))",
            "\"zł😀�\"",
        ),
        (
            "return new TextDecoder().decode(new Uint8Array([0xff, 0x41]))",
            "\"�A\"",
        ),
        (
            "return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())",
            "true",
        ),
        (
            "const b = crypto.getRandomValues(new Uint32Array(8)); return new Set(b).size > 1",
            "true",
        ),
        (
            "const { randomInt } = await import('node:crypto'); const s = new Set(); for (let i = 0; i < 500; i++) s.add(randomInt(3, 6)); return [...s].sort()",
            "[3,4,5]",
        ),
        ("return crypto.randomBytes(4).toString('hex').length", "8"),
        (
            "return crypto.timingSafeEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2]))",
            "true",
        ),
        (
            "const t = setTimeout(() => {}, 60000); clearTimeout(t); return 1",
            "1",
        ),
        (
            "const order = []; setTimeout(() => order.push('b'), 20); setTimeout(() => order.push('a'), 5); await new Promise((d) => setTimeout(d, 40)); return order",
            "[\"a\",\"b\"]",
        ),
        (
            "return context.getRemainingTimeInMillis() <= 700 && context.awsRequestId",
            "\"call-1\"",
        ),
        (
            "console.log({}, 1n, Symbol('s'), null, Object.create(null), new Error('x')); return 1",
            "1",
        ),
        (
            "for (let i = 0; i < 1000; i++) console.error('line ' + i); return 1",
            "1",
        ),
    ] {
        assert_eq!(answer(body).await.as_deref(), Ok(expected), "{body}");
    }
    assert!(answer("crypto.randomInt(5, 5)").await.is_err());
}

#[tokio::test]
async fn a_file_that_cannot_work_is_refused_when_it_is_loaded() {
    for (name, source, said) in [
        ("a.mjs", "export const handler = (", "unexpected token"),
        (
            "b.mjs",
            "export const other = 1;",
            "no function named handler",
        ),
        (
            "c.mjs",
            "export const handler = 1;",
            "no function named handler",
        ),
        ("d.cjs", "export const handler = 1;", ""),
        (
            "e.cjs",
            "module.exports = null;",
            "no function named handler",
        ),
        ("f.mjs", "throw new Error('at the top');", "at the top"),
        (
            "g.mjs",
            "await new Promise(() => {}); export const handler = () => 1;",
            "never comes",
        ),
        (
            "h.mjs",
            "for (;;) {} export const handler = () => 1;",
            "too long",
        ),
        (
            "i.txt",
            "export const handler = () => 1;",
            ".mjs, .cjs or .js",
        ),
        ("j.js", "this is neither", ""),
    ] {
        let refused = load_as(name, source).await.unwrap_err().to_string();
        assert!(
            refused.contains(said) && refused.contains(name),
            "{name}: {refused}"
        );
    }
    let missing = Engine::load(Path::new("/nowhere/x.mjs"), Arc::new(Semaphore::new(1))).await;
    assert!(missing.unwrap_err().to_string().contains("/nowhere/x.mjs"));
}

#[tokio::test]
async fn only_so_many_work_at_once_and_who_waits_too_long_is_told() {
    let slow =
        module("export const handler = () => new Promise((d) => setTimeout(d, 600, 1));").await;
    let calls = (0..12).map(|_| run(&slow, "{}"));
    let mut results = Vec::new();
    let mut tasks = tokio::task::JoinSet::new();
    drop(calls);
    for _ in 0..12 {
        let slow = slow.clone();
        tasks.spawn(async move { run(&slow, "{}").await });
    }
    while let Some(result) = tasks.join_next().await {
        results.push(result.unwrap());
    }
    let busy = results
        .iter()
        .filter(|result| **result == Err(RunError::Busy))
        .count();
    assert!((4..=8).contains(&busy), "{results:?}");
    assert!(results.iter().any(Result::is_ok));
}

#[tokio::test]
async fn a_handler_at_work_does_not_hold_up_the_runtime() {
    // One worker: if the handler ran on it, the sleep would come late.
    let busy = module("export const handler = () => { for (;;) {} };").await;
    let (result, waited) = tokio::join!(run(&busy, "{}"), async {
        let started = Instant::now();
        tokio::time::sleep(Duration::from_millis(20)).await;
        started.elapsed()
    });
    assert_eq!(result, Err(RunError::TimedOut));
    assert!(waited < QUICK.time, "{waited:?}");
}

#[test]
fn secrets_of_the_event_are_not_logged() {
    let secrets = ["424242", "ab", ""].map(|secret| Zeroizing::new(secret.to_owned()));
    let line = console::without_secrets("code 424242, ab, {\"x\":\"424242\"}".to_owned(), &secrets);
    assert_eq!(line, "code (secret), ab, {\"x\":\"(secret)\"}");
    assert_eq!(
        console::without_secrets("ł".repeat(9000), &[]).len(),
        8 * 1024
    );
}

/// Where not even an error can be made, and objects are half made: the process goes on, and nothing
/// passes as an answer.
#[tokio::test]
async fn wherever_the_memory_ends_the_process_goes_on() {
    for body in MEMORY_BOMBS {
        let whole = module(&format!("export const handler = async () => {{ {body} }};")).await;
        for step in 0..8 {
            let limits = Limits {
                memory: 40_000 + step * 87_321,
                time: Duration::from_millis(200),
                ..LIMITS
            };
            let engine = Engine {
                limits,
                ..whole.clone()
            };
            let result = run(&engine, "{}").await;
            assert!(
                is_no_answer(&result),
                "{body} in {}: {result:?}",
                limits.memory
            );
        }
    }
}

/// Some built-ins do not ask for the time: they cannot be stopped, only left alone.
#[tokio::test]
async fn whoever_waits_for_a_built_in_that_does_not_stop_is_told_in_time() {
    let started = Instant::now();
    let result = answer("return (3n ** 600000n).toString()").await;
    assert_eq!(result, Err(RunError::TimedOut));
    assert!(started.elapsed() < QUICK.time + 2 * GRACE);
    let blocks = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";
    assert_eq!(answer(blocks).await, thrown("cannot block in this thread"));
}
