//! Operations of AWS on a whole user pool that block others while they run: user import jobs and
//! point-in-time recoveries.

use crate::call::CallError;
use crate::identity::{Identity, Side};
use crate::problem::{Problem, Severity};
use crate::text::shell_word;

/// A user import job, as ListUserImportJobs returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportJob {
    /// Its ID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
}

/// A point-in-time recovery, as ListPointInTimeRecoveries returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Its ID.
    pub id: String,
    /// Its status.
    pub status: String,
}

/// The operations on a user pool, or why they can't be read. Setup doesn't need them.
pub struct Operations {
    /// The import jobs, in any order.
    pub imports: Result<Vec<ImportJob>, CallError>,
    /// The recoveries, the latest first.
    pub recoveries: Result<Vec<Recovery>, CallError>,
}

/// The statuses of a job that runs.
const RUNNING: [&str; 3] = ["Pending", "InProgress", "Stopping"];
/// The statuses of a recovery that has ended.
const ENDED: [&str; 4] = [
    "PREVIEW_CANCELLED",
    "PREVIEW_GENERATION_FAILED",
    "PREVIEW_EXPIRED",
    "RESTORE_COMPLETED",
];
/// The statuses of a recovery that only AWS Support can end.
const STUCK: [&str; 2] = ["TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE", "AWS_ABORTED"];
/// The errors for a user pool without point-in-time recovery: its feature plan, its Region, or the
/// partition doesn't have it.
const WITHOUT_RECOVERY: [&str; 4] = [
    "FeatureUnavailableInTierException",
    "InvalidAction",
    "OperationNotEnabledException",
    "UnknownOperationException",
];

impl Operations {
    /// Of the responses. A user pool that doesn't support recoveries has none.
    #[must_use]
    pub fn of(
        imports: Result<Vec<ImportJob>, CallError>,
        recoveries: Result<Vec<Recovery>, CallError>,
    ) -> Self {
        let is_unsupported = |error: &CallError| WITHOUT_RECOVERY.iter().any(|code| error.is(code));
        let recoveries = match recoveries {
            Err(error) if is_unsupported(&error) => Ok(Vec::new()),
            recoveries => recoveries,
        };
        Self {
            imports,
            recoveries,
        }
    }

    /// What runs in a user pool and what it blocks, and what couldn't be read.
    #[must_use]
    pub fn problems(&self, account: &Identity, pool: &str) -> Vec<Problem> {
        let running = self.imports.iter().flatten();
        let running = running.filter(|job| RUNNING.contains(&job.status.as_str()));
        let mut problems: Vec<_> = running.map(|job| import(job, account, pool)).collect();
        let recoveries = self.recoveries.as_deref().unwrap_or_default();
        problems.extend(active(recoveries).map(|one| recovery(one, account, pool)));
        problems.extend(self.unread(account.side));
        problems
    }

    /// A note about what couldn't be read.
    fn unread(&self, side: Side) -> Option<Problem> {
        let errors = [
            ("a user import job", self.imports.as_ref().err()),
            ("a point-in-time recovery", self.recoveries.as_ref().err()),
        ];
        let errors = errors.into_iter();
        let errors = errors.filter_map(|(what, error)| Some((what, error?)));
        let errors: Vec<_> = errors.collect();
        let (_, first) = errors.first()?;
        let what: Vec<_> = errors.iter().map(|(what, _)| *what).collect();
        let summary = format!(
            "can't check whether {} is in progress in the {} pool: {}: {}",
            what.join(" or "),
            side.as_str(),
            first.word(),
            first.message
        );
        let note = Problem::new("operations-not-read", Severity::Info, summary);
        let denied = errors.iter().filter(|(_, error)| error.is_denied());
        let denied: Vec<_> = denied.map(|(_, error)| error.call).collect();
        Some(match denied[..] {
            [] => note.fix("run the command again"),
            _ => note.fix(side.grant(&denied.join(" and "))),
        })
    }
}

/// The recovery that is in progress. A later one shows that AWS Support has ended a stuck one. A
/// status that isn't known counts as in progress.
fn active(recoveries: &[Recovery]) -> Option<&Recovery> {
    let mut recoveries = recoveries.iter().enumerate();
    let is_active =
        |n: usize, status: &str| !ENDED.contains(&status) && (n == 0 || !STUCK.contains(&status));
    let active = recoveries.find(|(n, one)| is_active(*n, &one.status));
    active.map(|(_, one)| one)
}

fn import(job: &ImportJob, account: &Identity, pool: &str) -> Problem {
    let ImportJob { id, name, status } = job;
    let stop = command("stop-user-import-job", account, pool, &["--job-id", id]);
    let (severity, summary) = match account.side {
        Side::New => (
            Severity::Lockout,
            format!(
                "the user import job {name} ({status}) is running in the new pool. Until it ends, Cognito rejects changes of the user pool (UserImportInProgressException): setup can't attach the trigger, and fails after two minutes. While the trigger isn't attached, no user is migrated. If it is attached, sign-ins migrate users as usual. Users that the job imports are never migrated, because they already exist: if the file has no hashes of their passwords, they must reset their password"
            ),
        ),
        Side::Old => (
            Severity::Info,
            format!(
                "the user import job {name} ({status}) is running in the old pool. Sign-ins migrate users as usual. Users that the job imports without the hash of a password must reset their password first, because the old pool has no password for them"
            ),
        ),
    };
    Problem::new("user-import-running", severity, summary)
        .fix("wait until the job has ended")
        .fix(format!("stop it with `{stop}`"))
}

fn recovery(one: &Recovery, account: &Identity, pool: &str) -> Problem {
    let Recovery { id, status } = one;
    let side = account.side.as_str();
    let (severity, effect) = match account.side {
        Side::New => (
            Severity::Lockout,
            "Until it ends, Cognito creates no users there, so no user can be migrated: the function approves their sign-ins, and Cognito returns an error. Users who have been migrated can sign in. If the recovery is applied, it removes users who were migrated after its recovery point. They are migrated again at their next sign-in, as they are in the old pool",
        ),
        Side::Old => (
            Severity::Warning,
            "Sign-ins continue to migrate users, except users whose sign-in there requires a new password or a code of an authenticator app. If the recovery is applied, users and attributes of the old pool return to their state at its recovery point",
        ),
    };
    let summary = format!(
        "a point-in-time recovery of the {side} pool is in progress ({status}). Cognito rejects all changes there, so setup and teardown can fail. {effect}"
    );
    let problem = Problem::new("pool-recovery-in-progress", severity, summary);
    let cancel = command(
        "cancel-point-in-time-recovery",
        account,
        pool,
        &["--restore-id", id],
    );
    match status.as_str() {
        "PREVIEW_GENERATING" | "PREVIEW_GENERATED" => problem
            .fix("apply the recovery, and wait until its status is RESTORE_COMPLETED")
            .fix(format!("cancel it with `{cancel}`")),
        status if STUCK.contains(&status) => {
            problem.fix("contact AWS Support: this recovery can't be cancelled or retried")
        }
        _ => problem.fix("wait until the recovery has ended. It can't be cancelled"),
    }
}

/// A command of the AWS CLI for the user pool.
fn command(operation: &str, account: &Identity, pool: &str, more: &[&str]) -> String {
    let mut words = vec!["aws", "cognito-idp", operation];
    words.extend(["--profile", &account.profile, "--region", &account.region]);
    words.extend(["--user-pool-id", pool]);
    words.extend(more);
    let words: Vec<_> = words.into_iter().map(shell_word).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(side: Side) -> Identity {
        Identity {
            side,
            profile: side.as_str().to_owned(),
            id: "1".into(),
            partition: "aws".into(),
            region: "eu-west-1".into(),
        }
    }

    fn job(status: &str) -> ImportJob {
        ImportJob {
            id: "import-1".into(),
            name: "monday".into(),
            status: status.into(),
        }
    }

    fn recoveries(statuses: &[&str]) -> Vec<Recovery> {
        let recovery = |status: &&str| Recovery {
            id: "5c3b".into(),
            status: (*status).to_owned(),
        };
        statuses.iter().map(recovery).collect()
    }

    fn error(code: &str, call: &'static str) -> CallError {
        CallError {
            code: Some(code.into()),
            message: "no".into(),
            ..CallError::unreadable(String::new(), call)
        }
    }

    #[test]
    fn only_a_running_job_is_reported() {
        for (status, runs) in [
            ("Created", false),
            ("Pending", true),
            ("InProgress", true),
            ("Stopping", true),
            ("Expired", false),
            ("Stopped", false),
            ("Failed", false),
            ("Succeeded", false),
        ] {
            for (side, severity) in [(Side::New, Severity::Lockout), (Side::Old, Severity::Info)] {
                let operations = Operations::of(Ok(vec![job(status)]), Ok(Vec::new()));
                let problems = operations.problems(&account(side), "eu-west-1_Pool");
                assert_eq!(problems.len(), usize::from(runs), "{status}");
                for problem in problems {
                    assert_eq!(problem.severity, severity);
                    let words = format!("monday ({status}) is running in the {}", side.as_str());
                    assert!(problem.summary.contains(&words), "{problem}");
                    let profile = side.as_str();
                    let command = format!(
                        "`aws cognito-idp stop-user-import-job --profile {profile} --region eu-west-1 --user-pool-id eu-west-1_Pool --job-id import-1`"
                    );
                    assert!(problem.words().contains(&command), "{}", problem.words());
                }
            }
        }
    }

    #[test]
    fn a_recovery_is_reported_until_it_has_ended() {
        for (statuses, fix) in [
            (&[][..], None),
            (
                &["PREVIEW_GENERATING"],
                Some("cancel-point-in-time-recovery"),
            ),
            (&["PREVIEW_GENERATED"], Some("--restore-id 5c3b")),
            (&["RESTORING"], Some("wait until")),
            (&["SOMETHING_NEW"], Some("wait until")),
            (&["AWS_ABORTED"], Some("AWS Support")),
            (
                &["TEMPORARY_INTERNAL_ERROR_SEE_SUPPORT_CASE"],
                Some("AWS Support"),
            ),
            (&["PREVIEW_CANCELLED"], None),
            (&["PREVIEW_GENERATION_FAILED"], None),
            (&["PREVIEW_EXPIRED"], None),
            (&["RESTORE_COMPLETED"], None),
            (&["RESTORE_COMPLETED", "AWS_ABORTED"], None),
            (&["PREVIEW_CANCELLED", "RESTORING"], Some("wait until")),
        ] {
            for (side, severity) in [
                (Side::New, Severity::Lockout),
                (Side::Old, Severity::Warning),
            ] {
                let operations = Operations::of(Ok(Vec::new()), Ok(recoveries(statuses)));
                let problems = operations.problems(&account(side), "eu-west-1_Pool");
                assert_eq!(problems.len(), usize::from(fix.is_some()), "{statuses:?}");
                for problem in problems {
                    assert_eq!(problem.severity, severity);
                    let words = problem.remedy.concat();
                    assert!(words.contains(fix.unwrap_or_default()), "{words}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_note_that_names_the_permissions() {
        let [jobs, recoveries] = [
            "cognito-idp:ListUserImportJobs",
            "cognito-idp:ListPointInTimeRecoveries",
        ];
        let denied = |call| error("AccessDeniedException", call);
        let operations = Operations::of(Err(denied(jobs)), Err(denied(recoveries)));
        let notes = operations.problems(&account(Side::New), "p");
        let [note] = &notes[..] else {
            panic!("{notes:?}");
        };
        assert_eq!(note.severity, Severity::Info);
        let fix = format!(
            "allow {jobs} and {recoveries} in an IAM policy of the new profile's role or user"
        );
        assert_eq!(note.remedy, [fix]);
        let operations = Operations::of(Err(error("InternalErrorException", jobs)), Ok(Vec::new()));
        let notes = operations.problems(&account(Side::Old), "p");
        assert!(notes[0].summary.starts_with("can't check whether a user import job is in progress in the old pool: InternalErrorException"));
        // A user pool of the Lite plan has no recoveries.
        for code in WITHOUT_RECOVERY {
            let operations = Operations::of(Ok(Vec::new()), Err(error(code, recoveries)));
            assert_eq!(operations.problems(&account(Side::Old), "p"), []);
        }
    }
}
