//! The command itself: how long it takes without a call to AWS, and the size of its binary.

use std::fs;
use std::process::Command;

use anyhow::Result;
use cogmig_sandbox::architecture;

use crate::Effort;
use crate::page::Section;
use crate::stats::{Times, grouped};
use crate::world::timed;

/// The maximum size in bytes.
const BINARY: u64 = 25_000_000;

pub fn measure(effort: Effort) -> Result<Section> {
    let cogmig = env!("CARGO_BIN_EXE_cogmig");
    let mut times = Times::default();
    for _ in 0..effort.of(100, 10) {
        times.push(timed(Command::new(cogmig).arg("--help"))?);
    }
    let size = fs::metadata(cogmig)?.len();
    let held: Vec<_> = ["arm64", "x86_64"]
        .into_iter()
        .filter(|name| {
            let zip = format!("{}/{name}.zip", env!("OUT_DIR"));
            std::path::Path::new(&zip).is_file()
        })
        .collect();
    let mut section = Section::new("The command");
    section.say(&format!(
        "`cogmig --help`, {} runs: median {times}, p10–p90 {} ms. This binary is for {} and embeds \
         the Lambda packages for {}.",
        times.len(),
        times.spread(),
        architecture(),
        held.join(" and ")
    ));
    section.wanted(&[
        (
            "`cogmig --help` in less than 10 ms",
            times.to_string(),
            times.median() < 10.0,
        ),
        (
            "binary smaller than 25 MB",
            format!("{} bytes", grouped(size as f64, 0)),
            size < BINARY,
        ),
    ]);
    Ok(section)
}
