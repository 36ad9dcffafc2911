//! Many sign-ins at once, with an old pool that has Cognito's quotas.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cogmig_sandbox::Conditions;

use crate::environment::{Deployment, Environment, is_migration};
use crate::page::Section;
use crate::plot::{Axis, Line, Lines};
use crate::stats::{Ms, Times};
use crate::{Effort, peers};

/// Cognito's default quota per second, for each account, Region and category.
const QUOTA: u32 = 120;
/// The execution environments that always have a sign-in to process.
const ENVIRONMENTS: usize = 50;
/// How much of Cognito's five seconds the function uses.
const BUDGET: Duration = Duration::from_secs(4);

/// The result at one rate of sign-ins.
struct Outcome {
    /// Sign-ins per second. None if each execution environment takes the next one immediately.
    offered: Option<usize>,
    moved: usize,
    /// Of the migrated users, from arrival to response.
    times: Times,
    passwords: usize,
    users: usize,
    most_at_once: usize,
    all: usize,
}

pub fn measure(effort: Effort) -> Result<Section> {
    let bootstrap = peers::bootstrap()?;
    let deployment = Deployment::new(Duration::ZERO, false)?;
    let environments = environments(&deployment, &bootstrap, effort.of(400, 50))?;
    let seconds = effort.of(10, 2);
    let at_once = &environments[..ENVIRONMENTS];
    thread::sleep(Duration::from_secs(2));
    let mut outcomes = vec![one_after_another(&deployment, at_once, seconds)?];
    for offered in effort.of(&[60, 100, 120, 150, 200, 300][..], &[60, 200]) {
        eprintln!("{offered} sign-ins a second");
        // Refills the token buckets.
        thread::sleep(Duration::from_secs(2));
        outcomes.push(offer(&deployment, &environments, *offered, seconds)?);
    }
    Ok(show(&outcomes, environments.len(), seconds))
}

/// Warm execution environments: each has migrated a user.
fn environments(
    deployment: &Deployment,
    bootstrap: &Path,
    count: usize,
) -> Result<Vec<Environment>> {
    let environment = |_| {
        let environment = deployment.start(bootstrap, &[])?;
        environment.migrate()?;
        Ok(environment)
    };
    let environments = (0..count).map(environment).collect();
    deployment.world.sandbox.set_conditions(Conditions {
        requests_per_second: Some(QUOTA),
        replay: true,
        ..Conditions::default()
    });
    environments
}

/// One sign-in. If it migrates the user, records the time since its arrival.
fn sign_in(environment: &Environment, arrived: Instant, times: &Mutex<Times>) {
    if let Ok(reply) = environment.sign_in()
        && is_migration(&reply)
    {
        let took = reply.arrived.duration_since(arrived);
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.push(took);
    }
}

/// Each execution environment takes the next sign-in as soon as it is idle.
fn one_after_another(
    deployment: &Deployment,
    environments: &[Environment],
    seconds: usize,
) -> Result<Outcome> {
    deployment.counts();
    let end = Instant::now() + Duration::from_secs(seconds as u64);
    let all = AtomicUsize::new(0);
    let times = Mutex::new(Times::default());
    thread::scope(|scope| {
        for environment in environments {
            scope.spawn(|| {
                while Instant::now() < end {
                    let arrived = Instant::now();
                    all.fetch_add(1, Ordering::Relaxed);
                    sign_in(environment, arrived, &times);
                }
            });
        }
    });
    outcome(
        deployment,
        None,
        all.into_inner(),
        environments.len(),
        times,
    )
}

fn outcome(
    deployment: &Deployment,
    offered: Option<usize>,
    all: usize,
    most_at_once: usize,
    times: Mutex<Times>,
) -> Result<Outcome> {
    let journal = deployment.world.sandbox.journal();
    let calls = |action| journal.iter().filter(|call| call.action == action).count();
    let times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    let outcome = Outcome {
        offered,
        moved: times.within(BUDGET),
        passwords: calls("AdminInitiateAuth"),
        users: calls("AdminGetUser"),
        most_at_once,
        times,
        all,
    };
    (outcome.passwords >= all)
        .then_some(outcome)
        .context("sign-ins were lost")
}

fn offer(
    deployment: &Deployment,
    environments: &[Environment],
    offered: usize,
    seconds: usize,
) -> Result<Outcome> {
    let all = offered * seconds;
    let (arrive, arrivals) = channel::<Instant>();
    let arrivals = Mutex::new(arrivals);
    let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let times = Mutex::new(Times::default());
    deployment.counts();
    thread::scope(|scope| {
        for environment in environments {
            scope.spawn(|| {
                loop {
                    let next = arrivals
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .recv();
                    let Ok(arrived) = next else { return };
                    let now = busy.fetch_add(1, Ordering::Relaxed) + 1;
                    most.fetch_max(now, Ordering::Relaxed);
                    sign_in(environment, arrived, &times);
                    busy.fetch_sub(1, Ordering::Relaxed);
                }
            });
        }
        let mut chance = Chance(1);
        let mut due = Instant::now();
        for _ in 0..all {
            due += Duration::from_secs_f64(chance.wait(offered as f64));
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // The receivers outlive the sender.
            let _ = arrive.send(due);
        }
        drop(arrive);
    });
    outcome(deployment, Some(offered), all, most.into_inner(), times)
}

fn show(outcomes: &[Outcome], environments: usize, seconds: usize) -> Section {
    let mut section = Section::new("Bursts of sign-ins");
    section.say(&format!(
        "Warm execution environments of the function, and an old pool that accepts {QUOTA} calls per second in each \
         category. This is Cognito's default quota: `AdminInitiateAuth` counts as UserAuthentication, `AdminGetUser` as \
         UserRead, and each token bucket holds the tokens of one second. Other calls get TooManyRequestsException. The \
         first row has {ENVIRONMENTS} execution environments, each of which takes the next sign-in as soon as it is idle, \
         for {seconds} s. The other rows have {environments}, and sign-ins arrive at random times (Poisson), for \
         {seconds} s at each rate. A user counts as migrated if the response came within {} s. All other users get an \
         error, and are migrated at their next sign-in. The numbers don't include Cognito's own retries of a failed \
         trigger. There is no added latency. The proxy caches the responses of the emulator, because the emulator is \
         slower than the quota.",
        BUDGET.as_secs()
    ));
    let rows: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let per = |calls: usize| format!("{:.2}", calls as f64 / outcome.all as f64);
            [
                match outcome.offered {
                    Some(offered) => offered.to_string(),
                    None => format!("{} at once", outcome.most_at_once),
                },
                format!("{:.1} %", outcome.share()),
                format!("{:.0}", outcome.moved as f64 / seconds as f64),
                per(outcome.passwords),
                per(outcome.users),
                format!("{} ms", Ms(outcome.times.median())),
                format!("{} ms", Ms(outcome.times.at(0.9))),
                outcome.most_at_once.to_string(),
            ]
        })
        .collect();
    section.table(
        [
            "sign-ins per second",
            "migrated",
            "migrated per second",
            "`AdminInitiateAuth` per sign-in",
            "`AdminGetUser` per sign-in",
            "median",
            "p90",
            "busy environments",
        ],
        &rows,
    );
    let below = |outcome: &&Outcome| outcome.offered.is_some_and(|offered| offered <= 100);
    let below = outcomes.iter().filter(below);
    let worst = below.map(Outcome::share).fold(100.0, f64::min);
    section.wanted(&[(
        "below the quota, all users are migrated",
        format!("{worst:.1} %"),
        worst >= 99.9,
    )]);
    let most = outcomes.iter().filter_map(|outcome| outcome.offered).max();
    let most = most.unwrap_or_default() as f64;
    // A bucket is full at the start. It refills while sign-ins arrive, and until the deadline of
    // the last one.
    let let_through = f64::from(QUOTA) * (1.0 + seconds as f64 + BUDGET.as_secs_f64());
    let best = |offered: f64| (100.0 * let_through / (offered * seconds as f64)).min(100.0);
    let lines = Lines {
        title: "Users migrated at their first attempt, in a burst of sign-ins",
        x: Axis {
            name: "sign-ins per second",
            from: 0.0,
            to: most,
            logarithmic: false,
            marks: marks(most, 50.0, ""),
        },
        y: Axis {
            name: "migrated within four seconds",
            from: 0.0,
            to: 100.0,
            logarithmic: false,
            marks: marks(100.0, 20.0, " %"),
        },
        drawn: vec![
            Line {
                name: "measured".to_owned(),
                dashed: false,
                points: outcomes
                    .iter()
                    .filter_map(|outcome| Some((outcome.offered? as f64, outcome.share())))
                    .collect(),
            },
            Line {
                name: "limit of the quota".to_owned(),
                dashed: true,
                points: (0..=60)
                    .map(|place| most * f64::from(place) / 60.0)
                    .map(|offered| (offered, best(offered)))
                    .collect(),
            },
        ],
    };
    section.plot(
        "storm.svg",
        "Share of sign-ins that migrate the user in a burst",
        lines.draw(),
    );
    section
}

fn marks(to: f64, step: f64, unit: &str) -> Vec<(f64, String)> {
    (0..=(to / step) as u32)
        .map(|place| f64::from(place) * step)
        .map(|value| (value, format!("{value}{unit}")))
        .collect()
}

impl Outcome {
    /// The share of all sign-ins, in percent.
    fn share(&self) -> f64 {
        100.0 * self.moved as f64 / self.all as f64
    }
}

/// A random sequence that is the same in each run.
struct Chance(u64);

impl Chance {
    /// Seconds until the next sign-in, at this rate per second.
    fn wait(&mut self, rate: f64) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let uniform = ((self.0 >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
        -uniform.ln() / rate
    }
}
