//! `cargo measure`: measures every number in README.md and `bench/RESULTS.md` in the sandbox, and
//! compares `cogmig` with other tools. `cargo measure sign-in setup` measures only these parts.
//! `--quick` measures a few runs of each part and writes no file.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is for people"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers are rounded before they are printed"
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

/// A typical round trip between two distant Regions.
pub const ROUND_TRIP: Duration = Duration::from_millis(80);

/// A part of the measurement: its name on the command line, and the function that measures it.
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

/// How many runs are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Enough for reliable numbers.
    Full,
    /// Enough to show that the measurement works.
    Quick,
}

impl Effort {
    /// The value for this effort.
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
            // Cargo passes this to every benchmark.
            "--bench" => {}
            "--quick" => effort = Effort::Quick,
            name => match PARTS.iter().find(|part| part.0 == name) {
                Some(part) => wanted.push(*part),
                None => bail!(
                    "unknown argument {name}; expected --quick, {}",
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
