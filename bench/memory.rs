//! What the function weighs: in memory after many events, as a file, and as a package.

use std::fs;
use std::time::Duration;

use anyhow::Result;

use crate::environment::Deployment;
use crate::page::Section;
use crate::stats::grouped;
use crate::{Effort, peers};

/// Bytes that the issue allows.
const BINARY: u64 = 4_500_000;
const PACKAGE: u64 = 2_000_000;

pub fn measure(effort: Effort) -> Result<Section> {
    let bootstrap = peers::bootstrap()?;
    let deployment = Deployment::new(Duration::ZERO, false)?;
    let environment = deployment.start(&bootstrap, &[])?;
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
    let mut section = Section::new("Memory and size of the function");
    section.say("`VmHWM` of one `bootstrap`, the most that it ever held, with no distance between it and AWS.");
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
    Ok(section)
}
