//! A fresh setup while Lambda does not yet believe in the role that was just made.

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
        "A fresh `cogmig setup` at a round trip of {} ms, where Lambda refuses a role for so long after it \
         was made; {runs} runs of each. What is lost is the time between the end of that and the arrival \
         of the `CreateFunction` that is taken; where nothing has to be waited for, there is nothing to lose.",
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
            "until the role is believed in",
            "setup, median",
            "of that lost",
            "attempts",
        ],
        &rows,
    );
    section.wanted(&[(
        "at most 1 s longer than AWS itself needs",
        format!("{} ms at the most", Ms(most)),
        most <= 1000.0,
    )]);
    Ok(section)
}
