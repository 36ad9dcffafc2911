//! The report of a migration at its teardown, and the file in which `--report` saves it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use cogmig_core::names::Names;
use cogmig_core::observed::Observed;
use cogmig_core::problem::{Cause, Problem, Result};
use cogmig_core::status::{FinalReport, Unread, Users};
use serde_json::Value;

use crate::aws::observe::for_teardown::Deployed;
use crate::aws::observe::sign_ins::Source;
use crate::ui;

/// Counts the sign-ins of the deployment. If the log or the metric can't be read, the report has
/// the reason.
pub async fn read(deployed: &Deployed, names: &Names, now: i64) -> FinalReport {
    let Observed { new, .. } = &deployed.observed;
    let (log, metric) = if let (Some(reached), Some(side)) = (&deployed.new, new) {
        let source = Source {
            account: &reached.account,
            names,
            group: side.log_group.as_ref(),
            now,
        };
        source.whole().await
    } else {
        let elsewhere = || Unread::new("it's in the new account, and no new profile is set");
        (Err(elsewhere()), Err(elsewhere()))
    };
    FinalReport {
        deployment: names.deployment.clone(),
        now,
        began: new.as_ref().and_then(|side| side.role.as_ref()?.created),
        users: Users::in_pools(&deployed.observed),
        log,
        metric,
    }
}

/// Whether the file has a report of this deployment, from an earlier run of the same teardown. The
/// log can be deleted by then, so the file is kept.
fn is_report_of(report: &FinalReport, path: &Path) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let saved = std::fs::read_to_string(path);
    let saved = saved.ok().and_then(|text| read(&text));
    let current = read(&ui::report_document(report));
    let of = |document: Option<Value>| {
        let document = document?;
        let member = |name: &str| Some(document.get(name)?.as_str()?.to_owned());
        Some((member("deployment")?, member("began")?))
    };
    let (saved, current) = (of(saved), of(current));
    saved.is_some() && saved == current
}

/// Creates the file with the report. Only the owner can read it, because it has numbers of a
/// company's users. An interrupted teardown continues with the report that it saved.
///
/// # Errors
/// The log couldn't be read, the file exists, or it can't be written.
pub fn save(report: &FinalReport, path: &Path) -> Result<()> {
    if is_report_of(report, path) {
        return Ok(());
    }
    if let Err(unread) = &report.log {
        let problem = Problem::error(
            "report-incomplete",
            "the function's log can't be read, so the report would have no counts. No changes were made",
        );
        let elsewhere = || "set both profiles, or run teardown without --report".to_owned();
        let fix = unread.fix().unwrap_or_else(elsewhere);
        return Err(problem.because(Cause::Because(unread.why.clone())).fix(fix));
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        writeln!(file, "{}", ui::report_document(report))?;
        file.sync_all()
    });
    written.map_err(|error| {
        let name = path.display();
        let summary = format!("the report can't be written to {name}. No changes were made");
        Problem::error("report-unwritten", summary)
            .because(Cause::Because(error.to_string()))
            .fix("use --report with the path of a new file in an existing folder")
    })
}
