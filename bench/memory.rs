//! The memory of the function after many events, the size of its binary and of its package, and
//! the effect of its memory setting, in proportion to which Lambda allocates CPU.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::environment::Deployment;
use crate::page::Section;
use crate::stats::grouped;
use crate::stats::{Ms, millis};
use crate::{Effort, ROUND_TRIP, peers};

/// The maximum sizes in bytes.
const BINARY: u64 = 4_500_000;
const PACKAGE: u64 = 2_000_000;

/// MB at which Lambda allocates one full vCPU.
const A_PROCESSOR: f64 = 1_769.0;
/// In MB; setup uses the second one.
const SETTINGS: [f64; 5] = [128.0, 256.0, 512.0, 1_024.0, 1_769.0];
const SET: f64 = 256.0;

pub fn measure(effort: Effort) -> Result<Section> {
    let bootstrap = peers::bootstrap()?;
    let deployment = Deployment::new(Duration::ZERO, true)?;
    let environment = deployment.start(&bootstrap, &[])?;
    environment.api.wait_until_ready()?;
    let start = environment.processor_time()?;
    let mut rows = Vec::new();
    let mut events = 0;
    for after in effort.of([1, 100, 1_000, 10_000], [1, 10, 50, 100]) {
        while events < after {
            environment.migrate()?;
            events += 1;
            // The journal would keep every call in memory.
            deployment.world.sandbox.clear_journal();
        }
        let most = environment.most_memory()? as f64 / f64::from(1 << 20);
        rows.push([grouped(f64::from(after), 0), format!("{most:.1} MiB")]);
    }
    let an_event = environment.processor_time()?.saturating_sub(start) / events;
    let mut section = Section::new("Memory and size of the function");
    section.say("`VmHWM` (peak memory) of one `bootstrap` process, with TLS and without added latency between it and AWS.");
    section.table(["events", "peak memory"], &rows);
    let (binary, package) = (
        fs::metadata(&bootstrap)?.len(),
        fs::metadata(peers::zip()?)?.len(),
    );
    let bytes = |size: u64| format!("{} bytes", grouped(size as f64, 0));
    section.wanted(&[
        (
            "`bootstrap`, at most 4.5 MB",
            bytes(binary),
            binary <= BINARY,
        ),
        (
            "its zip file, at most 2,000,000 bytes",
            bytes(package),
            package <= PACKAGE,
        ),
    ]);
    setting(&mut section, millis(start), millis(an_event));
    Ok(section)
}

/// Calculated, because the sandbox doesn't limit the CPU.
fn setting(section: &mut Section, start: f64, an_event: f64) {
    let round_trip = millis(ROUND_TRIP);
    section.say(&format!(
        "The function needs {} ms of CPU time until it requests its first event, and {} ms per sign-in (measured by \
         the kernel, average of all events above). Lambda allocates one full vCPU at 1,769 MB, and a proportional share \
         with less memory. The table is calculated from these numbers and a round trip of {round_trip} ms:",
        Ms(start),
        Ms(an_event)
    ));
    let took = |setting: f64| round_trip + an_event * A_PROCESSOR / setting;
    let billed = |setting: f64| took(setting) * setting / 1024.0;
    let rows = SETTINGS.map(|setting| {
        [
            format!("{setting} MB"),
            format!("{} ms", Ms(took(setting))),
            format!("{:.2}", took(setting) / round_trip),
            grouped(billed(setting) * 1000.0, 0),
            format!("{:.1}", billed(setting) / billed(SETTINGS[0])),
            format!("{} ms", Ms(start * A_PROCESSOR / setting)),
        ]
    });
    section.table(
        [
            "memory setting",
            "sign-in",
            "× round trip",
            "GB-seconds per million",
            "× cost",
            "start at this CPU share",
        ],
        &rows,
    );
    let slower = took(SET) / round_trip;
    section.wanted(&[(
        "with the memory setting of setup, a sign-in takes at most 1.15 round trips",
        format!("{slower:.2}"),
        slower <= 1.15,
    )]);
}
