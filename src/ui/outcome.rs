//! The end of a command, for people.

use std::fmt::Write;

use cogmig_core::deployments::Deployment;
use cogmig_core::desired::Target;
use cogmig_core::outcome::{Outcome, Verified};
use cogmig_core::plan::Action;
use cogmig_core::problem::Problem;
use cogmig_core::text::on_one_line;

use super::transcript::Transcript;
use super::wrap::{fill, hanging_indent};
use super::{deployments, problem};

const NO_CHANGES: &str = "No changes. Both accounts match the configuration.";
/// What the connectivity check covers.
const PATH: &str = "function → role → old user pool";
const CONFLICTS: &str = "Manual action required: see the resources marked ! above.";

/// The end of a command, wrapped at a width.
pub fn text(transcript: &Transcript, outcome: &Outcome<'_>, quiet: bool, width: usize) -> String {
    let has_changes = transcript
        .changes
        .iter()
        .any(|line| line.action != Action::Conflict);
    let has_conflicts = transcript.conflicts().next().is_some();
    let mut sentences = Vec::new();
    match outcome {
        Outcome::Verified(verified) => return self::verified(transcript, verified, width),
        Outcome::Status(_) | Outcome::Listed(_) | Outcome::Policy(_) | Outcome::User(_) => {
            return String::new();
        }
        Outcome::Declined => sentences.push("Cancelled. No changes were made.".to_owned()),
        Outcome::NotDeployed { deployment, others } => {
            return not_deployed(transcript, deployment, others, width);
        }
        Outcome::Planned if has_changes => sentences.push("No changes were made.".to_owned()),
        Outcome::SetUp { .. } if has_changes => sentences.push(format!(
            "Setup complete: {}.",
            applied(
                transcript,
                [(Action::Create, "added"), (Action::Update, "changed")]
            )
        )),
        Outcome::TornDown { .. } if has_changes => sentences.push(format!(
            "Teardown complete: {}.",
            applied(
                transcript,
                [(Action::Delete, "deleted"), (Action::Update, "restored")]
            )
        )),
        Outcome::Planned | Outcome::SetUp { .. } | Outcome::TornDown { .. } if has_conflicts => {}
        Outcome::TornDown { .. } => {
            sentences.push("No changes. There is nothing to restore.".to_owned());
        }
        Outcome::Planned | Outcome::SetUp { .. } => sentences.push(NO_CHANGES.to_owned()),
    }
    match outcome {
        Outcome::SetUp { probed: true, .. } => {
            sentences.push(format!("Connectivity check passed: {PATH}."));
        }
        Outcome::SetUp { .. } => sentences.push(
            "The connectivity check was skipped, because --lambda-zip deploys your own package."
                .to_owned(),
        ),
        Outcome::TornDown { .. } if transcript.accounts.len() == 1 => {
            sentences.push("The other account wasn't read or changed.".to_owned());
        }
        Outcome::TornDown { .. } if has_changes => {
            sentences.push("Migrated users remain in the new user pool.".to_owned());
        }
        _ => {}
    }
    if let Outcome::TornDown { report: Some(file) } = outcome {
        let file = on_one_line(&file.display().to_string());
        sentences.push(format!("The final report is in {file}."));
    }
    if has_conflicts {
        sentences.push(CONFLICTS.to_owned());
    }
    let mut text = format!("\n{}", fill(&sentences.join(" "), width));
    if let Outcome::SetUp { new, .. } = outcome
        && has_changes
        && !quiet
    {
        text.push_str(&application(new, width));
    }
    text
}

/// How many changes were applied, by kind; deletions of a setup and additions of a teardown count
/// too.
fn applied(transcript: &Transcript, words: [(Action, &str); 2]) -> String {
    let all = [
        (Action::Create, "added"),
        (Action::Update, "changed"),
        (Action::Delete, "deleted"),
    ];
    let others = all
        .into_iter()
        .filter(|(action, _)| words.iter().all(|(other, _)| other != action))
        .filter(|(action, _)| transcript.applied(*action) > 0);
    let counts = words.into_iter().chain(others);
    let counts = counts.map(|(action, word)| format!("{} {word}", transcript.applied(action)));
    counts.collect::<Vec<_>>().join(", ")
}

/// The settings that the application must use.
fn application(new: &Target, width: usize) -> String {
    let clients = new.clients.iter().map(|client| ("app client", &client.id));
    let settings = [
        ("Region", &new.identity.region),
        ("user pool", &new.pool.id),
    ];
    let mut text = "\n\nSettings for your application".to_owned();
    for (label, value) in settings.into_iter().chain(clients) {
        let _ = write!(text, "\n  {label:<19}  {value}");
    }
    let flow = "USER_PASSWORD_AUTH. SRP doesn't invoke the migration trigger.";
    let _ = write!(
        text,
        "\n{}",
        hanging_indent("  authentication flow  ", flow, width)
    );
    text
}

/// No resource of the deployment exists. Its name may be mistyped, so those that exist are listed.
fn not_deployed(
    transcript: &Transcript,
    deployment: &str,
    others: &[Deployment],
    width: usize,
) -> String {
    let place = match transcript.accounts.len() {
        1 => "this account",
        _ => "these accounts",
    };
    let text = format!("No changes. Deployment `{deployment}` doesn't exist in {place}.");
    let mut text = format!("\n{}", fill(&text, width));
    if others.is_empty() {
        return text;
    }
    let _ = write!(text, "\n{}", deployments::text(others, width, false));
    text
}

/// The findings of verify, one line each.
fn verified(transcript: &Transcript, verified: &Verified, width: usize) -> String {
    let conflicts = transcript.resources(|line| line.action == Action::Conflict);
    let drifted = transcript.resources(|line| line.action != Action::Conflict);
    let mut drift = match drifted {
        0 if conflicts == 0 => "none. Both accounts match the configuration.".to_owned(),
        0 => String::new(),
        1 => "1 resource. Run `cogmig setup` to fix it.".to_owned(),
        many => format!("{many} resources. Run `cogmig setup` to fix them."),
    };
    if conflicts > 0 {
        drift.push_str(if drift.is_empty() { "" } else { " " });
        drift.push_str(CONFLICTS);
    }
    let check = match &verified.chain {
        Ok(()) => fill(
            &format!("Connectivity check: passed (trigger → {PATH})."),
            width,
        ),
        Err(broken) => {
            let (component, what) = (broken.component.as_str(), &broken.what);
            let failed = format!("failed ({component}): {what}");
            let failed = Problem::error("connectivity-check-failed", failed);
            let failed = failed.fix(broken.remedy.clone());
            problem::text("Connectivity check:", &failed, Some(width))
        }
    };
    let drift = fill(&format!("Drift: {drift}"), width);
    format!("\n{drift}\n{check}")
}
