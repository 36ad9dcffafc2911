//! `cargo measure`: every figure that the README and `bench/RESULTS.md` show, taken anew
//! in the sandbox, the peers side by side with us. `cargo measure sign-in setup` takes
//! some of them, and `--quick` takes few of each and writes nothing.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is to be read"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are rounded before they are shown"
)]

mod command;
mod environment;
mod memory;
mod model;
mod page;
mod peers;
mod plot;
mod setup;
mod sign_in;
mod stats;
mod storm;
mod waiting;
mod world;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use page::Section;

/// Across an ocean, or between two far Regions.
pub const ROUND_TRIP: Duration = Duration::from_millis(80);

/// A part of the measurement: its name on the command line, and what takes it.
type Part = (&'static str, fn(Effort) -> Result<Section>);

const PARTS: [Part; 7] = [
    ("sign-in", sign_in::measure),
    ("memory", memory::measure),
    ("setup", setup::measure),
    ("waiting", waiting::measure),
    ("command", command::measure),
    ("storm", storm::measure),
    ("model", model::measure),
];

/// How many of each are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As many as a figure needs to be believed.
    Full,
    /// As many as show that it can be taken.
    Quick,
}

impl Effort {
    /// One number or the other.
    pub const fn of<T: Copy>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut effort = Effort::Full;
    let mut wanted = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // Cargo says so to every benchmark.
            "--bench" => {}
            "--quick" => effort = Effort::Quick,
            name => match PARTS.iter().find(|part| part.0 == name) {
                Some(part) => wanted.push(*part),
                None => bail!(
                    "{name} is none of --quick, {}",
                    PARTS.map(|part| part.0).join(", ")
                ),
            },
        }
    }
    if wanted.is_empty() {
        wanted.extend(PARTS);
    }
    for (name, take) in wanted {
        eprintln!("== {name}");
        let section = take(effort)?;
        println!("{}", section.text);
        if effort == Effort::Full {
            page::write(name, &section)?;
        }
    }
    Ok(())
}
