//! A fresh setup while Lambda can't assume the new role yet.

use std::time::Duration;

use anyhow::{Context, Result};
use cogmig_sandbox::{Call, Conditions};

use crate::page::Section;
use crate::stats::{Ms, Times};
use crate::world::World;
use crate::{Effort, ROUND_TRIP};

pub fn measure(effort: Effort) -> Result<Section> {
    let runs = effort.of(7, 1);
    let mut section = Section::new("Waiting for IAM");
    section.say(&format!(
        "A fresh `cogmig setup` with a round trip of {} ms. Lambda can't assume a new role until the \
         propagation delay ends. {runs} runs of each row. The lost time is the time from the end of the delay \
         to the arrival of the `CreateFunction` call that succeeds. Without a delay, no time is lost.",
        ROUND_TRIP.as_millis()
    ));
    let (mut rows, mut most) = (Vec::new(), f64::MIN);
    for seconds in [0, 3, 10] {
        let propagation = Duration::from_secs(seconds);
        let (mut whole, mut lost, mut attempts) = <(Times, Times, Vec<usize>)>::default();
        for run in 1..=runs {
            eprintln!("{seconds} s: run {run} of {runs}");
            let world = World::new(ROUND_TRIP)?;
            world.sandbox.set_conditions(Conditions {
                propagation,
                ..Conditions::default()
            });
            whole.push(world.run(&mut world.cogmig(&["setup", "--yes"]))?.time);
            let journal = world.sandbox.journal();
            let of = |action| {
                journal
                    .iter()
                    .filter(move |call: &&Call| call.action == action)
            };
            let role = of("CreateRole").filter(|call| call.account == cogmig_sandbox::NEW_ACCOUNT);
            let believed = role.map(|call| call.at).max().context("no role")? + propagation;
            attempts.push(of("CreateFunction").count());
            let taken = of("CreateFunction").find(|call| call.status < 300);
            let taken = taken.context("no function")?.at;
            lost.push(taken.saturating_duration_since(believed));
        }
        attempts.sort_unstable();
        let loses = if seconds == 0 {
            String::new()
        } else {
            most = most.max(lost.at(1.0));
            format!("{lost}, at most {} ms", Ms(lost.at(1.0)))
        };
        rows.push([
            format!("{seconds} s"),
            format!("{} s", Ms(whole.median() / 1000.0)),
            loses,
            attempts[attempts.len() / 2].to_string(),
        ]);
    }
    section.table(
        [
            "propagation delay",
            "setup, median",
            "lost time, median",
            "attempts",
        ],
        &rows,
    );
    section.wanted(&[(
        "lost time at most 1 s",
        format!("at most {} ms", Ms(most)),
        most <= 1000.0,
    )]);
    Ok(section)
}
