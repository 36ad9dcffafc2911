//! Runs a plan, what does not need each other at once, and decides nothing. Where a change
//! fails nothing new is begun: what stands stays, and running the command again continues.

mod guard;
mod recheck;
mod step;

use std::cell::OnceCell;

use anyhow::{Error, Result};
use cogmig_core::call::{self, CallError};
use cogmig_core::event::Event;
use cogmig_core::identity::Side;
use cogmig_core::outcome::Interrupted;
use cogmig_core::plan::{Action, Plan, Step, Wait, wait};
use cogmig_core::problem::Problem;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::aws::account::{Account, Run};
use step::Rest;

/// The accounts that a plan is run in.
pub struct Accounts<'a> {
    /// Where the users come from.
    pub old: Option<&'a Account>,
    /// Where the users go.
    pub new: Option<&'a Account>,
}

/// One step, and how far it has come.
struct Job<'a> {
    change: usize,
    account: &'a Account,
    step: &'a Step,
    state: State,
    unrecorded: bool,
}

impl Job<'_> {
    fn is_in_force(&self) -> bool {
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

/// What came of a part of a step.
enum Came<'a> {
    Written(Rest<'a>),
    Done,
    Failed(Vec<Error>),
}

type Running<'a> = LocalBoxFuture<'a, (usize, Came<'a>)>;

/// Makes the changes, each as soon as what it needs is there. `in_force` is told when all of
/// them are; that they lasted is seen later.
///
/// # Errors
/// The first call that fails for good, a setting that is not as it was sent, or the
/// wish to stop. What else failed by then is told as an event.
pub async fn apply(
    plan: &Plan,
    accounts: &Accounts<'_>,
    run: &Run,
    in_force: impl FnOnce(),
) -> Result<()> {
    let told = run.clone();
    run.stop.changes_begin(move || told.tell(Event::Stopping));
    let made = OnceCell::new();
    let mut jobs = jobs(plan, accounts)?;
    let mut running = FuturesUnordered::new();
    let mut troubles = Vec::new();
    let mut in_force = Some(in_force);
    loop {
        let stop = !troubles.is_empty() || run.stop.is_asked();
        for index in 0..jobs.len() {
            let begun = has_begun(&jobs, jobs[index].change);
            if is_ready(&jobs, index) && (begun || !stop) {
                if !begun {
                    let index = jobs[index].change;
                    run.tell(Event::Started { index });
                }
                jobs[index].state = State::Running;
                running.push(start(&jobs[index], index, &made));
            }
        }
        if jobs.iter().all(Job::is_in_force)
            && let Some(in_force) = in_force.take()
        {
            in_force();
        }
        let Some((index, ended)) = running.next().await else {
            break;
        };
        let (before, change) = (jobs[index].state, jobs[index].change);
        jobs[index].state = match ended {
            Came::Written(rest) => {
                running.push(rest.map(move |wrong| (index, came(wrong))).boxed_local());
                State::Written
            }
            Came::Done => State::Done,
            Came::Failed(wrong) => {
                jobs[index].unrecorded = wrong.iter().any(recheck::is_unrecorded);
                troubles.extend(wrong);
                State::Failed
            }
        };
        debug_assert!(matches!(before, State::Running | State::Written));
        let mut states = jobs.iter().filter(|job| job.change == change);
        if jobs[index].state == State::Failed {
            run.tell(Event::Failed { index: change });
        } else if states.all(|job| job.state == State::Done) {
            run.tell(Event::Done { index: change });
        }
    }
    // A wait that was broken off ends with what it waited for, which is no news.
    let stopped = run.stop.is_asked();
    let is_news =
        |error: &Error| !stopped || recheck::is_unrecorded(error) || !error.is::<CallError>();
    let (mut news, broken_off): (Vec<_>, Vec<_>) = troubles.into_iter().partition(is_news);
    for (index, job) in jobs.iter().enumerate() {
        let began = matches!(job.state, State::Done | State::Failed);
        if began && lacks(&jobs, index) {
            let put_back = recheck::without_need(job.account, job.step).await;
            news.extend(put_back.err());
        }
    }
    let all = jobs.iter().all(|job| job.state == State::Done);
    let mut news = news.into_iter();
    let trouble = news.next();
    news.for_each(|error| run.tell(Event::AlsoFailed(call::problem(error.chain()))));
    match (trouble, broken_off.into_iter().next()) {
        (Some(error), _) => Err(error),
        (None, Some(error)) => Err(error.context(Interrupted::Between)),
        (None, None) if all => Ok(()),
        (None, None) => Err(Interrupted::Between.into()),
    }
}

fn came<'a>(wrong: Vec<Error>) -> Came<'a> {
    if wrong.is_empty() {
        Came::Done
    } else {
        Came::Failed(wrong)
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
        format!("the {} account was not reached", side.as_str()),
    ))
}

fn has_begun(jobs: &[Job<'_>], change: usize) -> bool {
    let mut jobs = jobs.iter().filter(|job| job.change == change);
    jobs.any(|job| job.state != State::Waiting)
}

/// Whether something that was written when it began has lost its record since.
fn lacks(jobs: &[Job<'_>], index: usize) -> bool {
    let job = &jobs[index];
    jobs[..index]
        .iter()
        .any(|earlier| earlier.unrecorded && wait(job.step, earlier.step) == Wait::Written)
}

/// Whether it waits for nothing any more. A change that failed goes no further.
fn is_ready(jobs: &[Job<'_>], index: usize) -> bool {
    let job = &jobs[index];
    let fits = |earlier: &Job<'_>| match wait(job.step, earlier.step) {
        Wait::Not => earlier.change != job.change || earlier.state != State::Failed,
        Wait::Written => earlier.is_in_force(),
        Wait::Done => earlier.state == State::Done,
    };
    job.state == State::Waiting && jobs[..index].iter().all(fits)
}

fn start<'a>(job: &Job<'a>, index: usize, made: &'a OnceCell<String>) -> Running<'a> {
    let (account, step) = (job.account, job.step);
    let run = step::run(account, step, made);
    let came = run.map(|came| match came {
        Ok(Some(rest)) => Came::Written(rest),
        Ok(None) => Came::Done,
        Err(error) => Came::Failed(vec![error]),
    });
    came.map(move |came| (index, came)).boxed_local()
}
