//! What the function weighs: in memory after many events, as a file, and as a package; and what
//! its memory setting does, which is also what it gets of a processor.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::environment::Deployment;
use crate::page::Section;
use crate::stats::grouped;
use crate::stats::{Ms, millis};
use crate::{Effort, ROUND_TRIP, peers};

/// Bytes that the issue allows.
const BINARY: u64 = 4_500_000;
const PACKAGE: u64 = 2_000_000;

/// MB for which Lambda gives one whole processor.
const A_PROCESSOR: f64 = 1_769.0;
/// MB; the second is what setup sets.
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
            // It would hold every call.
            deployment.world.sandbox.clear_journal();
        }
        let most = environment.most_memory()? as f64 / f64::from(1 << 20);
        rows.push([grouped(f64::from(after), 0), format!("{most:.1} MiB")]);
    }
    let an_event = environment.processor_time()?.saturating_sub(start) / events;
    let mut section = Section::new("Memory and size of the function");
    section.say("`VmHWM` of one `bootstrap`, the most that it ever held, with TLS and no distance between it and AWS.");
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
            "its zip, at most 2,000,000 bytes",
            bytes(package),
            package <= PACKAGE,
        ),
    ]);
    setting(&mut section, millis(start), millis(an_event));
    Ok(section)
}

/// Reckoned, since nothing here takes a share of a processor away.
fn setting(section: &mut Section, start: f64, an_event: f64) {
    let round_trip = millis(ROUND_TRIP);
    section.say(&format!(
        "The function needs {} ms of a processor until it asks for its first event, and {} ms for a sign-in \
         (the kernel's count, over all events above). Lambda gives a whole one with 1,769 MB and a share with less. So, \
         reckoned from that and a round trip of {round_trip} ms:",
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
            "setting",
            "a sign-in",
            "× round trip",
            "GB-seconds a million",
            "× cost",
            "start, were it held to it",
        ],
        &rows,
    );
    let slower = took(SET) / round_trip;
    section.wanted(&[(
        "at what setup sets, a sign-in at most 1.15 round trips",
        format!("{slower:.2}"),
        slower <= 1.15,
    )]);
}
