//! What a handler finds besides the language: `prelude.js`, and the few functions it needs from
//! outside.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the engine converts arguments to values that the function owns"
)]

use std::cell::Cell;
use std::time::Instant;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use rquickjs::{Ctx, Error, Exception, Function, Object};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::random;
use crate::triggers::console;

/// The module `node:crypto`.
pub(super) const NODE_CRYPTO: &str = "\
    const { getRandomValues, randomUUID, randomBytes, randomInt, timingSafeEqual } = globalThis.crypto;\n\
    export { getRandomValues, randomUUID, randomBytes, randomInt, timingSafeEqual };\n\
    export default globalThis.crypto;\n";

const PRELUDE: &str = include_str!("prelude.js");

/// Adds the globals; gives the driver of `prelude.js`.
pub(super) fn install<'js>(
    ctx: &Ctx<'js>,
    file: &str,
    secrets: &[Zeroizing<String>],
    deadline: Instant,
) -> Result<Object<'js>, Error> {
    let host = Object::new(ctx.clone())?;
    let started = Instant::now();
    host.set(
        "now",
        Function::new(ctx.clone(), move || {
            started.elapsed().as_secs_f64() * 1000.0
        })?,
    )?;
    host.set(
        "remaining",
        Function::new(ctx.clone(), move || {
            let left = deadline.saturating_duration_since(Instant::now());
            (left.as_secs_f64() * 1000.0).floor()
        })?,
    )?;
    host.set("log", log(ctx, file, secrets)?)?;
    host.set("random", Function::new(ctx.clone(), random_bytes)?)?;
    host.set(
        "below",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, bound: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number between 1 and 2^48"
            )]
            let bound = bound.max(1.0) as usize;
            #[expect(clippy::cast_precision_loss, reason = "below 2^48")]
            let drawn = random::below(bound).map(|drawn| drawn as f64);
            drawn.map_err(|error| Exception::throw_message(&ctx, &error.to_string()))
        })?,
    )?;
    host.set(
        "uuid",
        Function::new(ctx.clone(), || uuid::Uuid::new_v4().to_string())?,
    )?;
    host.set("encode", Function::new(ctx.clone(), encode)?)?;
    host.set("equal", Function::new(ctx.clone(), equal)?)?;
    host.set("bytesOfText", Function::new(ctx.clone(), bytes_of_text)?)?;
    host.set("textOfBytes", Function::new(ctx.clone(), text_of_bytes)?)?;
    let prelude: Function<'js> = ctx.eval(PRELUDE)?;
    prelude.call((host,))
}

fn log<'js>(
    ctx: &Ctx<'js>,
    file: &str,
    secrets: &[Zeroizing<String>],
) -> Result<Function<'js>, Error> {
    let (file, secrets) = (file.to_owned(), secrets.to_vec());
    let lines = Cell::new(0);
    Function::new(ctx.clone(), move |level: String, line: String| {
        lines.set(lines.get() + 1);
        if lines.get() > console::MOST_LINES {
            return;
        }
        console::write(&level, &file, line, &secrets);
    })
}

// Bytes cross as arrays of numbers: the memory of a typed array is the handler's to change.

fn random_bytes(ctx: Ctx<'_>, size: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; size];
    random::fill(&mut bytes).map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
    Ok(bytes)
}

fn encode(ctx: Ctx<'_>, bytes: Vec<u8>, encoding: String) -> Result<String, Error> {
    match encoding.as_str() {
        "hex" => Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        "base64" => Ok(Base64::encode_string(&bytes)),
        "base64url" => Ok(Base64UrlUnpadded::encode_string(&bytes)),
        other => Err(Exception::throw_type(
            &ctx,
            &format!("Unknown encoding: {other}"),
        )),
    }
}

fn equal(one: Vec<u8>, other: Vec<u8>) -> bool {
    one.ct_eq(&other).into()
}

fn bytes_of_text(text: String) -> Vec<u8> {
    text.into_bytes()
}

fn text_of_bytes(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
