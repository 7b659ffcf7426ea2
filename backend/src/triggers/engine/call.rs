//! One call of a handler, on a thread of its own, in a fresh runtime.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::loader::{BuiltinLoader, BuiltinResolver};
use rquickjs::promise::PromiseState;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Function, Module, Object, Runtime, Value,
};

use super::globals::{self, NODE_CRYPTO};
use super::{File, Form, Limits};
use crate::triggers::runner::{Invocation, LONGEST_ANSWER, RunError};

/// The call of one file within its limits; the time runs from here.
#[derive(Debug)]
pub(super) struct Call<'a> {
    file: &'a File,
    limits: Limits,
    deadline: Instant,
    is_late: Rc<Cell<bool>>,
}

impl<'a> Call<'a> {
    pub(super) fn new(file: &'a File, limits: Limits) -> Self {
        Self {
            file,
            limits,
            deadline: Instant::now() + limits.time,
            is_late: Rc::default(),
        }
    }

    /// Evaluates the file and looks for the handler, without calling it.
    pub(super) fn check(&self) -> Result<(), RunError> {
        self.in_context(&[], |ctx, driver| self.handler(ctx, driver).map(drop))
    }

    /// Calls the handler: the JSON of its answer.
    pub(super) fn run(&self, invocation: &Invocation) -> Result<String, RunError> {
        let text = self.in_context(&invocation.secrets, |ctx, driver| {
            let handler = self.handler(ctx, driver)?;
            let call: Function<'_> = driver.get("call").map_err(|error| broken(ctx, error))?;
            let arguments = (
                handler,
                invocation.event.as_str(),
                self.file.name.as_str(),
                invocation.id.as_str(),
            );
            call.call::<_, ()>(arguments)
                .map_err(|error| broken(ctx, error))?;
            self.settle(ctx, driver)
        })?;
        if text.len() > LONGEST_ANSWER {
            let size = text.len();
            return Err(RunError::Unreadable(format!("it has {size} bytes")));
        }
        Ok(text)
    }

    /// Makes a runtime with its limits and globals. Whatever came out, being late comes first.
    fn in_context<R>(
        &self,
        secrets: &[zeroize::Zeroizing<String>],
        work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> Result<R, RunError>,
    ) -> Result<R, RunError> {
        let crashed = |error: rquickjs::Error| RunError::Crashed(error.to_string());
        let runtime = Runtime::new().map_err(crashed)?;
        runtime.set_memory_limit(self.limits.memory);
        runtime.set_max_stack_size(self.limits.stack);
        // No collection of cycles during a call: when memory runs out while an object grows, the
        // engine makes an error, which may collect, and a collection would meet the half-grown object.
        // What cycles hold is freed with the runtime.
        runtime.set_gc_threshold(usize::MAX);
        let (is_late, deadline) = (self.is_late.clone(), self.deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let late = Instant::now() >= deadline;
            is_late.set(is_late.get() || late);
            late
        })));
        let names = ["node:crypto", "crypto"];
        runtime.set_loader(
            names.iter().fold(BuiltinResolver::default(), |all, name| {
                all.with_module(*name)
            }),
            names.iter().fold(BuiltinLoader::default(), |all, name| {
                all.with_module(*name, NODE_CRYPTO)
            }),
        );
        let context = Context::full(&runtime).map_err(crashed)?;
        let result = context.with(|ctx| {
            let driver = globals::install(&ctx, &self.file.name, secrets, self.deadline)
                .map_err(|error| broken(&ctx, error))?;
            work(&ctx, &driver)
        });
        if self.is_late.get() {
            return Err(RunError::TimedOut);
        }
        result
    }

    /// The function `handler` that the file exports.
    fn handler<'js>(
        &self,
        ctx: &Ctx<'js>,
        driver: &Object<'js>,
    ) -> Result<Function<'js>, RunError> {
        let exported: Value<'js> = match self.file.form {
            Form::Module => self.module(ctx, driver)?,
            Form::CommonJs => {
                let body = self
                    .compile(ctx)
                    .catch(ctx)
                    .map_err(|error| described(&error))?;
                self.common_js(ctx, driver, body)?
            }
            Form::Either => match self.compile(ctx).catch(ctx) {
                Ok(body) => self.common_js(ctx, driver, body)?,
                Err(_) => self.module(ctx, driver)?,
            },
        };
        exported
            .into_function()
            .ok_or_else(|| RunError::Crashed("it exports no function named handler".to_owned()))
    }

    fn module<'js>(&self, ctx: &Ctx<'js>, driver: &Object<'js>) -> Result<Value<'js>, RunError> {
        let name = self.file.name.as_str();
        let module = Module::declare(ctx.clone(), name, self.file.source.as_str());
        let (module, promise) = module
            .and_then(Module::eval)
            .catch(ctx)
            .map_err(|error| described(&error))?;
        while promise.state() == PromiseState::Pending && self.advance(ctx, driver)? {}
        match promise.result::<()>() {
            Some(result) => result.catch(ctx).map_err(|error| described(&error))?,
            None => {
                let why = "its evaluation waits for something that never comes";
                return Err(RunError::Crashed(why.to_owned()));
            }
        }
        let namespace = module.namespace().map_err(|error| broken(ctx, error))?;
        namespace.get("handler").map_err(|error| broken(ctx, error))
    }

    /// The file as the body of a function, as Node does it, on one line with its beginning so that
    /// the numbers of lines stay.
    fn compile<'js>(&self, ctx: &Ctx<'js>) -> Result<Function<'js>, rquickjs::Error> {
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(self.file.name.clone());
        let text = [
            "(function (exports, require, module, __filename, __dirname) {",
            &self.file.source,
            "\n})",
        ]
        .concat();
        ctx.eval_with_options(text, options)
    }

    fn common_js<'js>(
        &self,
        ctx: &Ctx<'js>,
        driver: &Object<'js>,
        body: Function<'js>,
    ) -> Result<Value<'js>, RunError> {
        let evaluate: Function<'js> = driver.get("commonJs").map_err(|error| broken(ctx, error))?;
        let exports: Value<'js> = evaluate
            .call((body, self.file.name.as_str()))
            .catch(ctx)
            .map_err(|error| described(&error))?;
        match exports.as_object() {
            Some(exports) => exports.get("handler").map_err(|error| broken(ctx, error)),
            None => Ok(exports),
        }
    }

    /// Runs what is left to do until there is an answer. With nothing left there is none: the
    /// answer is `null`, as with Lambda.
    fn settle<'js>(&self, ctx: &Ctx<'js>, driver: &Object<'js>) -> Result<String, RunError> {
        let outcome: Function<'js> = driver.get("outcome").map_err(|error| broken(ctx, error))?;
        loop {
            let known: Option<Object<'js>> =
                outcome.call(()).map_err(|error| broken(ctx, error))?;
            let Some(known) = known else {
                if self.advance(ctx, driver)? {
                    continue;
                }
                return Ok("null".to_owned());
            };
            let text = |member| {
                known
                    .get::<_, String>(member)
                    .map_err(|error| broken(ctx, error))
            };
            let said = text("text")?;
            return match text("kind")?.as_str() {
                "answered" => Ok(said),
                "thrown" => Err(RunError::Thrown(said)),
                "unreadable" => Err(RunError::Unreadable(said)),
                _ => Err(RunError::Crashed(said)),
            };
        }
    }

    /// Does the next thing there is to do: a job, or a timer, which may have to be waited for.
    /// `false` if there is nothing.
    fn advance<'js>(&self, ctx: &Ctx<'js>, driver: &Object<'js>) -> Result<bool, RunError> {
        if self.is_late.get() || Instant::now() >= self.deadline {
            self.is_late.set(true);
            return Err(RunError::TimedOut);
        }
        if ctx.execute_pending_job() {
            return Ok(true);
        }
        let function = |name| {
            driver
                .get::<_, Function<'js>>(name)
                .map_err(|error| broken(ctx, error))
        };
        let wait: Option<f64> = function("wait")?
            .call(())
            .map_err(|error| broken(ctx, error))?;
        let Some(millis) = wait else { return Ok(false) };
        let left = self.deadline.saturating_duration_since(Instant::now());
        let wait = Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(left);
        thread::sleep(wait.min(left));
        if wait < left {
            function("tick")?
                .call::<_, ()>(())
                .map_err(|error| broken(ctx, error))?;
        }
        Ok(true)
    }
}

/// A mistake of the file: what was thrown, and where.
fn described(error: &CaughtError<'_>) -> RunError {
    let CaughtError::Exception(exception) = error else {
        return RunError::Crashed(error.to_string().trim_end().to_owned());
    };
    let message = exception.message().unwrap_or_default();
    let stack = exception.stack().unwrap_or_default();
    let place = stack.lines().next().unwrap_or_default().trim();
    RunError::Crashed(format!("{message} {place}").trim_end().to_owned())
}

/// An error outside of what a handler can throw by itself: memory, or the time.
fn broken(ctx: &Ctx<'_>, error: rquickjs::Error) -> RunError {
    described(&CaughtError::from_error(ctx, error))
}
