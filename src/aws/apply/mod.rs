//! Applies a plan, independent steps in parallel. If a change fails, no further change is started.
//! Applied changes remain, and the next run continues from there.

mod guard;
mod recheck;
mod step;

use std::cell::OnceCell;
use std::pin::pin;

use anyhow::{Error, Result};
use cogmig_core::call::{self, CallError};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::outcome::Interrupted;
use cogmig_core::plan::{Action, Guard, Plan, Step, Wait, wait};
use cogmig_core::problem::Problem;
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Notify;

use crate::aws::account::{Account, Run};
use guard::Others;
use step::Rest;

/// The accounts to which a plan is applied.
pub struct Accounts<'a> {
    /// The old account.
    pub old: Option<&'a Account>,
    /// The new account.
    pub new: Option<&'a Account>,
}

/// A step and its state.
struct Job<'a> {
    change: usize,
    account: &'a Account,
    step: &'a Step,
    state: State,
    unrecorded: bool,
}

impl Job<'_> {
    fn is_written(&self) -> bool {
        matches!(self.state, State::Written | State::Done)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Written,
    Done,
    Failed,
}

/// The result of a step, or of its checks.
enum StepResult<'a> {
    Written(Rest<'a>),
    Done,
    Failed(Vec<Error>),
}

/// The connectivity check.
pub type Check<'a, 'f> = &'a dyn Fn() -> LocalBoxFuture<'f, Result<()>>;

type Running<'a> = LocalBoxFuture<'a, (usize, StepResult<'a>)>;

/// Applies the changes, each one after those that it depends on. `written` is called when the calls
/// of all changes have succeeded. Their checks may still run. `check` is the connectivity check,
/// which the step that attaches the trigger requires.
///
/// # Errors
/// A call fails permanently, a setting differs from the request, or the run was interrupted.
/// Further errors are reported as events.
pub async fn apply(
    plan: &Plan,
    accounts: &Accounts<'_>,
    run: &Run,
    check: Check<'_, '_>,
    written: impl FnOnce(),
) -> Result<()> {
    let events = run.clone();
    run.stop
        .begin_changes(move || events.report(Event::Stopping));
    let (client, others) = (OnceCell::new(), Others::default());
    let failed = Notify::new();
    let mut jobs = jobs(plan, accounts)?;
    let mut running = FuturesUnordered::new();
    let mut errors = Vec::new();
    let mut written = Some(written);
    loop {
        let stop = !errors.is_empty() || run.stop.is_requested();
        for index in 0..jobs.len() {
            let started = has_started(&jobs, jobs[index].change);
            if is_ready(&jobs, index) && (started || !stop) {
                if !started {
                    let index = jobs[index].change;
                    run.report(Event::Started { index });
                }
                jobs[index].state = State::Running;
                let shared = (&client, &others, &failed);
                running.push(start(&jobs[index], index, shared, check));
            }
        }
        if jobs.iter().all(Job::is_written)
            && let Some(written) = written.take()
        {
            written();
        }
        let Some((index, result)) = running.next().await else {
            break;
        };
        let (before, change) = (jobs[index].state, jobs[index].change);
        jobs[index].state = match result {
            StepResult::Written(rest) => {
                running.push(
                    rest.map(move |errors| (index, checked(errors)))
                        .boxed_local(),
                );
                State::Written
            }
            StepResult::Done => State::Done,
            StepResult::Failed(causes) => {
                jobs[index].unrecorded = causes.iter().any(recheck::is_unrecorded);
                errors.extend(causes);
                failed.notify_waiters();
                State::Failed
            }
        };
        debug_assert!(matches!(before, State::Running | State::Written));
        let mut states = jobs.iter().filter(|job| job.change == change);
        if jobs[index].state == State::Failed {
            run.report(Event::Failed { index: change });
        } else if states.all(|job| job.state == State::Done) {
            run.report(Event::Done { index: change });
        }
    }
    // An interrupted wait ends with the transient error that it waited for. This isn't reported.
    let stopped = run.stop.is_requested();
    let is_reported =
        |error: &Error| !stopped || recheck::is_unrecorded(error) || !error.is::<CallError>();
    let (mut reported, interrupted): (Vec<_>, Vec<_>) = errors.into_iter().partition(is_reported);
    for (index, job) in jobs.iter().enumerate() {
        let started = matches!(job.state, State::Done | State::Failed);
        if started && lacks_record(&jobs, index) {
            let restored = recheck::without_dependencies(job.account, job.step).await;
            reported.extend(restored.err());
        }
    }
    let all = jobs.iter().all(|job| job.state == State::Done);
    let mut reported = reported.into_iter();
    let first = reported.next();
    reported.for_each(|error| run.report(Event::AlsoFailed(call::problem(error.chain()))));
    match (first, interrupted.into_iter().next()) {
        (Some(error), _) => Err(error),
        (None, Some(error)) => Err(error.context(Interrupted::Between)),
        (None, None) if all => Ok(()),
        (None, None) => Err(Interrupted::Between.into()),
    }
}

fn checked<'a>(errors: Vec<Error>) -> StepResult<'a> {
    if errors.is_empty() {
        StepResult::Done
    } else {
        StepResult::Failed(errors)
    }
}

fn jobs<'a>(plan: &'a Plan, accounts: &Accounts<'a>) -> Result<Vec<Job<'a>>> {
    let mut jobs = Vec::new();
    for (index, change) in plan.changes.iter().enumerate() {
        if change.action == Action::Conflict {
            continue;
        }
        let side = change.address.side;
        let account = match side {
            Side::Old => accounts.old,
            Side::New => accounts.new,
        };
        let account = account.ok_or_else(|| unreached(side))?;
        jobs.extend(change.steps.iter().map(|step| Job {
            change: index,
            account,
            step,
            state: State::Waiting,
            unrecorded: false,
        }));
    }
    Ok(jobs)
}

fn unreached(side: Side) -> Error {
    anyhow::Error::from(Problem::error(
        "account-unreached",
        format!("the {} account isn't connected", side.as_str()),
    ))
}

fn has_started(jobs: &[Job<'_>], change: usize) -> bool {
    let mut jobs = jobs.iter().filter(|job| job.change == change);
    jobs.any(|job| job.state != State::Waiting)
}

/// Whether an earlier step on which it depends has lost its record.
fn lacks_record(jobs: &[Job<'_>], index: usize) -> bool {
    let job = &jobs[index];
    jobs[..index]
        .iter()
        .any(|earlier| earlier.unrecorded && wait(job.step, earlier.step) == Wait::Written)
}

/// Whether all dependencies are met. After a failed step, no further step of its change runs.
fn is_ready(jobs: &[Job<'_>], index: usize) -> bool {
    let job = &jobs[index];
    let is_met = |earlier: &Job<'_>| match wait(job.step, earlier.step) {
        Wait::Not => earlier.change != job.change || earlier.state != State::Failed,
        Wait::Written => earlier.is_written(),
        Wait::Done => earlier.state == State::Done,
    };
    job.state == State::Waiting && jobs[..index].iter().all(is_met)
}

/// Starts a step. If another step fails, it doesn't wait for the connectivity check any longer.
fn start<'a, 'f: 'a>(
    job: &Job<'a>,
    index: usize,
    (client, others, failed): (&'a OnceCell<String>, &'a Others, &'a Notify),
    check: Check<'a, 'f>,
) -> Running<'a> {
    let (account, step) = (job.account, job.step);
    let result = async move {
        if matches!(step.guard, Some(Guard::Connected)) {
            match select(check(), pin!(failed.notified())).await {
                Either::Left((Ok(()), _)) => {}
                Either::Left((Err(error), _)) => return StepResult::Failed(vec![error]),
                Either::Right(_) => return StepResult::Failed(Vec::new()),
            }
        }
        match step::run(account, step, client, others).await {
            Ok(Some(rest)) => StepResult::Written(rest),
            Ok(None) => StepResult::Done,
            Err(error) => StepResult::Failed(vec![error]),
        }
    };
    result.map(move |result| (index, result)).boxed_local()
}
