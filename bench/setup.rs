//! Compares `cogmig` with scripts that do the same: in empty accounts, and again when everything is
//! deployed. Each run has two new accounts.

use std::process::Command;

use anyhow::Result;
use cogmig_sandbox::{architecture, tool};

use crate::page::{Section, said};
use crate::plot::Bars;
use crate::stats::{Ms, Times};
use crate::world::{Took, World};
use crate::{Effort, ROUND_TRIP, peers};

/// What is measured: the tool and its task.
const ROWS: [(&str, &str); 9] = [
    ("cogmig", "setup, fresh"),
    ("AWS CLI script", "setup, fresh"),
    ("boto3 script", "setup, fresh"),
    ("cogmig", "setup again"),
    ("AWS CLI script", "setup again"),
    ("boto3 script", "setup again"),
    ("cogmig", "plan, fresh"),
    ("cogmig", "plan again"),
    ("cogmig", "teardown"),
];

#[derive(Default)]
struct Row {
    times: Times,
    calls: usize,
    connections: usize,
}

pub fn measure(effort: Effort) -> Result<Section> {
    let runs = effort.of(5, 2);
    let python = tool("python")?;
    let aws = peers::aws_cli()?;
    let mut rows = ROWS.map(|_| Row::default());
    for run in 1..=runs {
        eprintln!("run {run} of {runs}");
        let mut took = |who, what, took: Took| {
            if let Some(place) = ROWS.iter().position(|row| *row == (who, what)) {
                rows[place].times.push(took.time);
                rows[place].calls = took.calls;
                rows[place].connections = took.connections;
            }
        };
        let world = World::new(ROUND_TRIP)?;
        for (what, verb) in [
            ("plan, fresh", &["plan"][..]),
            ("setup, fresh", &["setup", "--yes"]),
            ("setup again", &["setup", "--yes"]),
            ("plan again", &["plan"]),
            ("teardown", &["teardown", "--yes"]),
        ] {
            took("cogmig", what, world.run(&mut world.cogmig(verb))?);
        }
        for (who, program, name) in [
            ("AWS CLI script", "bash".as_ref(), "guide.sh"),
            ("boto3 script", python.as_path(), "guide.py"),
        ] {
            let world = World::new(ROUND_TRIP)?;
            for (what, verb) in [("setup, fresh", "create"), ("setup again", "again")] {
                let mut command = world.command(program);
                let path = std::env::var_os("PATH").unwrap_or_default();
                let path = [aws.clone()]
                    .into_iter()
                    .chain(std::env::split_paths(&path));
                command
                    .arg(peers::script(name))
                    .arg(verb)
                    .env("PATH", std::env::join_paths(path)?)
                    .env("OLD_POOL", &world.old.id)
                    .env("OLD_CLIENT", &world.old.client)
                    .env("NEW_POOL", &world.new.id)
                    .env("NEW_CLIENT", &world.new.client)
                    .env("ARCHITECTURE", architecture())
                    .env("ZIP", peers::zip()?);
                took(who, what, world.run(&mut command)?);
            }
        }
    }
    show(&rows)
}

fn show(rows: &[Row]) -> Result<Section> {
    let mut section = Section::new("Setup in empty accounts, and again");
    let cli = said(Command::new(peers::aws_cli()?.join("aws")).arg("--version"));
    let boto3 = said(
        Command::new(tool("python")?)
            .args(["-c", "import boto3, platform; print('boto3', boto3.__version__, 'on Python', platform.python_version())"]),
    );
    section.say(&format!(
        "Round trip {} ms, no TLS, each service on its own host. {} interleaved runs of each row, \
         each with two new accounts. The scripts are `bench/peers/guide.sh` ({cli}) and \
         `bench/peers/guide.py` ({boto3}, one process). They do the same as `cogmig setup`, except \
         the preflight checks, the comparison after each update, the undo record and the \
         connectivity check. If everything is deployed, they read the resources and compare them.",
        ROUND_TRIP.as_millis(),
        rows[0].times.len()
    ));
    let of = |who, what| {
        let place = ROWS.iter().position(|row| *row == (who, what));
        &rows[place.unwrap_or_default()].times
    };
    let shown: Vec<_> = ROWS
        .iter()
        .zip(rows)
        .map(|((who, what), row)| {
            let ratio = row.times.median() / of("cogmig", *what).median();
            [
                format!("{who}, {what}"),
                row.times.to_string(),
                row.times.spread(),
                format!("{ratio:.1}"),
                row.calls.to_string(),
                row.connections.to_string(),
            ]
        })
        .collect();
    section.table(
        ["", "median", "p10–p90", "× cogmig", "calls", "connections"],
        &shown,
    );
    let times = |what| of("AWS CLI script", what).median() / of("cogmig", what).median();
    let (fresh, again) = (times("setup, fresh"), times("setup again"));
    section.wanted(&[
        (
            "fresh: at least 10 times as fast as the AWS CLI script",
            format!("{fresh:.1} times"),
            fresh >= 10.0,
        ),
        (
            "again: at least 25 times as fast as the AWS CLI script",
            format!("{again:.1} times"),
            again >= 25.0,
        ),
    ]);
    let mut bars = Bars::new("Setup with a round trip of 80 ms", "seconds");
    for (what, group) in [("setup, fresh", "fresh"), ("setup again", "again")] {
        for who in ["cogmig", "boto3 script", "AWS CLI script"] {
            let times = of(who, what);
            let seconds = |share| times.at(share) / 1000.0;
            bars.bar(
                group,
                who,
                [0.5, 0.1, 0.9].map(seconds),
                &format!("{} s", Ms(times.median() / 1000.0)),
                who == "cogmig",
            );
        }
    }
    section.plot("setup.svg", "Setup times", bars.draw());
    Ok(section)
}
