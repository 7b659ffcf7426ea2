//! Repeats one operation against a backend, as fast as its answers come, over a few connections for a few seconds, and prints what came of it
//! as one line of JSON. The driver is `tests/bench/backend.mjs`.
//!
//! Each connection is one thread with one person, keep-alive, one request at a time: the load is bounded by the number of connections.
//! SRP is computed in full with a fresh secret for each sign-in. Every answer is checked: an error is counted, never skipped.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose result is what it prints"
)]

mod connection;
mod operation;
mod srp_client;

use std::process::ExitCode;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use connection::Connection;
use operation::{Operation, Signed};
use serde::{Deserialize, Serialize};

/// What the driver asks for, one JSON document as the only argument.
#[derive(Debug, Deserialize)]
struct Plan {
    /// `127.0.0.1:4100`
    address: String,
    pool: String,
    client: String,
    operation: Operation,
    connections: usize,
    seconds: f64,
    /// The people who sign in: connection `i` is person `i` modulo their number.
    people: Vec<Person>,
    /// What `list_users` sends.
    signed: Option<Signed>,
}

/// Somebody who is confirmed.
#[derive(Debug, Clone, Deserialize)]
struct Person {
    username: String,
    password: String,
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    completed: usize,
    failed: usize,
    first_failure: Option<String>,
    seconds: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// Processor time of this program, all threads: what the server could not have.
    cpu_ms: f64,
}

fn main() -> ExitCode {
    let plan = std::env::args()
        .nth(1)
        .ok_or_else(|| "the plan is missing".to_owned())
        .and_then(|text| serde_json::from_str::<Plan>(&text).map_err(|error| error.to_string()));
    let printed = plan
        .and_then(|plan| run(&plan))
        .and_then(|outcome| serde_json::to_string(&outcome).map_err(|error| error.to_string()));
    match printed {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: &Plan) -> Result<Outcome, String> {
    if plan.people.is_empty() || plan.connections == 0 {
        return Err("there must be people and connections".to_owned());
    }
    let ready = Barrier::new(plan.connections);
    let workers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = plan
            .people
            .iter()
            .cycle()
            .take(plan.connections)
            .map(|person| scope.spawn(|| work(plan, person, &ready)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_default())
            .collect()
    });

    let mut times: Vec<Duration> = workers
        .iter()
        .flat_map(|worker| worker.times.clone())
        .collect();
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list that fits in memory"
        )]
        let index = (share * times.len() as f64) as usize;
        times
            .get(index.min(times.len().saturating_sub(1)))
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    Ok(Outcome {
        completed: times.len(),
        failed: workers.iter().map(|worker| worker.failed).sum(),
        first_failure: workers
            .iter()
            .find_map(|worker| worker.first_failure.clone()),
        seconds: workers
            .iter()
            .map(|worker| worker.elapsed.as_secs_f64())
            .fold(0.0, f64::max),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        cpu_ms: processor_time_ms().unwrap_or_default(),
    })
}

/// User and system time of this process, from `/proc` (ticks of 10 ms).
fn processor_time_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may have spaces; user time is field 14, the 12th after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) * 10.0)
}

/// What one connection did.
#[derive(Debug, Default)]
struct Worker {
    times: Vec<Duration>,
    failed: usize,
    first_failure: Option<String>,
    elapsed: Duration,
}

fn work(plan: &Plan, person: &Person, ready: &Barrier) -> Worker {
    let mut worker = Worker::default();
    let fail = |worker: &mut Worker, error: String| {
        worker.failed += 1;
        worker.first_failure.get_or_insert(error);
    };
    let prepared = Connection::open(&plan.address).and_then(|mut connection| {
        let token = operation::prepare(plan, person, &mut connection)?;
        Ok((connection, token))
    });
    ready.wait();
    let (mut connection, token) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            fail(&mut worker, error);
            return worker;
        }
    };

    let begun = Instant::now();
    let end = Duration::from_secs_f64(plan.seconds);
    while begun.elapsed() < end {
        let started = Instant::now();
        match operation::perform(plan, person, token.as_deref(), &mut connection) {
            Ok(()) => worker.times.push(started.elapsed()),
            Err(error) => {
                fail(&mut worker, error);
                // A refusal is repeated at the same speed as a success would be, a broken connection is not.
                if worker.failed > 100 {
                    break;
                }
            }
        }
    }
    worker.elapsed = begun.elapsed();
    worker
}
