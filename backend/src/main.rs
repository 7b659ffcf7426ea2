//! The command line: `cognate serve`, `cognate keys rotate`, `cognate users`, `cognate ui-config`,
//! `cognate audit`, `cognate operations`.

mod audit_command;
mod command_target;
mod ui_config_command;
mod users_command;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit_command::AuditError;
use clap::{Parser, Subcommand};
use cognate_backend::api::coverage;
use cognate_backend::audit;
use cognate_backend::clock::Clock;
use cognate_backend::config::{
    Config, ConfigError, DEFAULT_DEMO_APP, DEFAULT_HOSTED_UI, DEFAULT_LISTEN,
};
use cognate_backend::http::{metrics_router, router};
use cognate_backend::import;
use cognate_backend::keys::KeyError;
use cognate_backend::serve::{Listeners, StartError, beside, prepare};
use cognate_backend::sweep;
use tokio::signal;
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};
use ui_config_command::{UiConfigCommand, UiConfigError};
use users_command::{Users, UsersError};

/// A backend compatible with Amazon Cognito user pools.
#[derive(Debug, Parser)]
#[command(name = "cognate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until Ctrl-C.
    Serve(Serve),
    /// The pools' signing keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Files of users.
    #[command(subcommand)]
    Users(Users),
    /// How the hosted pages look and what they link to, as a file.
    #[command(subcommand)]
    UiConfig(UiConfigCommand),
    /// Print what administrators changed in a pool that asks for events, as JSON lines.
    Audit(audit_command::Audit),
    /// Print which operations of the user pools API there are, as Markdown.
    Operations,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Publish new keys, which sign two hours later; no session and no token ends.
    Rotate(Rotate),
}

#[derive(Debug, clap::Args)]
struct Rotate {
    /// The user pool
    #[arg(long, value_name = "ID", required_unless_present = "identities")]
    pool: Option<String>,
    /// The key that tokens of identity pools are signed with
    #[arg(long, conflicts_with = "pool")]
    identities: bool,
    /// Use the new keys now and delete the old ones, which others may have: ID and access tokens end,
    /// sessions do not
    #[arg(long)]
    replace: bool,
    /// Folder of the database [default: .data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration, see docs/configuration.md
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:4100 and its IPv6 twin]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Folder of the database [default: .data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Configuration, see docs/configuration.md
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address others know this backend by; issuers begin with it [default: http://localhost:PORT]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Folder of the hosted pages [default: hosted-ui/dist, if there is one]
    #[arg(long, value_name = "DIR")]
    hosted_ui: Option<PathBuf>,
    /// Origin of the demo client's app [default: port 4200 of localhost]
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    demo_app: Option<String>,
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let wanted = EnvFilter::try_from_env("COGNATE_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("warn,{}=info", audit::LOG)));
    let format = match std::env::var("COGNATE_LOG_FORMAT") {
        Ok(format) if format == "json" => LogFormat::Json,
        _ => LogFormat::Text,
    };
    log(wanted, format).init();
    let done = match command {
        Command::Serve(arguments) => run(arguments),
        Command::Keys(Keys::Rotate(arguments)) => rotate(arguments),
        Command::Users(command) => runtime()
            .map_err(Failure::from)
            .and_then(|runtime| Ok(runtime.block_on(users_command::run(command))?)),
        Command::UiConfig(command) => runtime()
            .map_err(Failure::from)
            .and_then(|runtime| Ok(runtime.block_on(ui_config_command::run(command))?)),
        Command::Audit(arguments) => runtime()
            .map_err(Failure::from)
            .and_then(|runtime| Ok(runtime.block_on(audit_command::run(arguments))?)),
        Command::Operations => {
            print_operations();
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            let mut next = std::error::Error::source(&error);
            while let Some(cause) = next {
                let reason = cause.to_string();
                // Some errors say their cause themselves.
                if !text.contains(&reason) {
                    text.push_str(": ");
                    text.push_str(&reason);
                }
                next = cause.source();
            }
            drop(writeln!(io::stderr(), "cognate: {text}"));
            ExitCode::FAILURE
        }
    }
}

/// The log on standard error. Whatever is wanted of it: the verifier of passkeys would tell challenges and
/// credentials to whoever debugs it.
fn log(wanted: EnvFilter, format: LogFormat) -> impl Subscriber + Send + Sync {
    let text = fmt::layer().with_writer(io::stderr);
    let json = fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(io::stderr);
    let has_no_secrets =
        filter_fn(|what| !what.target().starts_with("webauthn") || *what.level() <= Level::INFO);
    tracing_subscriber::registry()
        .with(wanted)
        .with(has_no_secrets)
        .with((format == LogFormat::Text).then_some(text))
        .with((format == LogFormat::Json).then_some(json))
}

/// How a line of the log is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LogFormat {
    /// For people.
    Text,
    /// One JSON object each.
    Json,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Users(#[from] UsersError),
    #[error(transparent)]
    UiConfig(#[from] UiConfigError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error("the runtime does not start")]
    Runtime(#[from] io::Error),
}

fn run(arguments: Serve) -> Result<(), Failure> {
    let mut config = match &arguments.config {
        Some(file) => Config::read(file)?,
        None => Config::demo_for(arguments.demo_app.as_deref().unwrap_or(DEFAULT_DEMO_APP)),
    };
    config.listen = arguments.listen.or(config.listen);
    config.data = arguments.data.or(config.data);
    config.public_url = arguments.public_url.or(config.public_url);
    config.hosted_ui = arguments
        .hosted_ui
        .or(config.hosted_ui)
        .or_else(|| built_here().map(Path::to_owned));
    runtime()?.block_on(serve(config))
}

fn rotate(arguments: Rotate) -> Result<(), Failure> {
    let mut config = match &arguments.config {
        Some(file) => Config::read(file)?,
        None => Config::default(),
    };
    config.data = arguments.data.or(config.data);
    runtime()?.block_on(async {
        let state = beside(config, Clock::System).await?;
        let said = if arguments.replace {
            match &arguments.pool {
                Some(pool) => state.keys.replace(pool).await?,
                None => state.identity_keys.replace().await?,
            }
            "new keys sign from now on; the old ones are deleted".to_owned()
        } else {
            let starts_at = match &arguments.pool {
                Some(pool) => state.keys.rotate(pool).await?,
                None => state.identity_keys.rotate().await?,
            };
            let minutes = (starts_at - Clock::System.now()) / 60;
            format!("new keys are published, and sign in {minutes} minutes")
        };
        let whose = arguments.pool.as_deref().unwrap_or("identity pools");
        drop(writeln!(io::stdout(), "{whose}: {said}"));
        Ok(())
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}

fn print_operations() {
    drop(io::stdout().write_all(coverage::page().as_bytes()));
}

/// The hosted pages of the workspace it is started in.
fn built_here() -> Option<&'static Path> {
    let folder = Path::new(DEFAULT_HOSTED_UI);
    folder.is_dir().then_some(folder)
}

async fn serve(config: Config) -> Result<(), Failure> {
    let stop = stop()?;
    let listeners = Listeners::bind(config.listen.unwrap_or(DEFAULT_LISTEN)).await?;
    let state = prepare(config, Clock::System, listeners.address()).await?;
    sweep::start(&state);
    import::job::resume(&state)
        .await
        .map_err(StartError::Import)?;
    drop(writeln!(
        io::stdout(),
        "Cognate listens on {} ({})",
        state.public_url,
        listeners.address()
    ));
    let metrics = match state.config.metrics.listen {
        Some(address) => {
            let listeners = Listeners::bind(address).await?;
            let router = metrics_router(state.metrics.clone());
            let forever = std::future::pending();
            Some(tokio::spawn(listeners.serve(router, forever)))
        }
        None => None,
    };
    listeners.serve(router(state.clone()), stop).await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    state.messages.flush().await;
    state.audit.flush().await;
    state.store.close().await;
    Ok(())
}

/// Ready on Ctrl-C or SIGTERM. The handlers are in place when this returns.
fn stop() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(signal::ctrl_c().await);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_passkeys_says_no_secrets_however_much_is_wanted() {
        for wanted in [
            "trace",
            "webauthn_rs_core=trace",
            "webauthn_rs_core::core=debug",
        ] {
            tracing::subscriber::with_default(log(EnvFilter::new(wanted), LogFormat::Text), || {
                assert!(tracing::enabled!(target: "webauthn_rs_core::core", Level::ERROR));
                assert!(!tracing::enabled!(target: "webauthn_rs_core::core", Level::DEBUG));
                assert!(!tracing::enabled!(target: "webauthn_rs_core::core", Level::TRACE));
            });
        }
        tracing::subscriber::with_default(log(EnvFilter::new("trace"), LogFormat::Json), || {
            assert!(tracing::enabled!(target: "cognate_backend::http", Level::TRACE));
        });
    }
}
