//! The members of the document, except for those of an error and of `status`.

use std::borrow::Cow;
use std::time::SystemTime;

use cogmig_core::deployments;
use cogmig_core::diagnosis::Broken;
use cogmig_core::identity::Identity;
use cogmig_core::options::{Setting, Settings};
use cogmig_core::outcome::{Ended, Outcome};
use cogmig_core::problem::Problem;
use cogmig_core::reference::Listed;
use cogmig_core::{sample, selected};
use rules::reasons::Rejection;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::edit::Edit;
use super::error::Error;
use super::final_report::FinalReport;
use super::status::{ReasonCount, Status};
use super::user::User;
#[cfg(test)]
use super::words;
use crate::embedded::VERSION;
use crate::ui::moment::stamp;
use crate::ui::problem;
use crate::ui::transcript::{Line, Transcript};

/// The output of `cogmig --output json`. Each run writes one document to standard output, also if
/// the run fails. New members can be added. The meaning of existing members doesn't change while
/// `schema_version` is 1.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Document {
    /// The version of the schema.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA_VERSION)))]
    schema_version: u32,
    /// The version of cogmig, and its commit.
    version: String,
    /// The time of the document, in UTC.
    time: String,
    /// The command, for example setup. Empty if no command was specified.
    command: String,
    /// The name of the deployment: default, or the suffix. Null if the options are invalid.
    deployment: Option<String>,
    /// planned: the plan was shown, and nothing was changed. done: all changes were applied, or
    /// there were none. declined: the user didn't confirm the changes. Of verify: passed, drifted,
    /// or check_failed if the connectivity check failed or the trigger isn't attached. Of user:
    /// found, or not_found if no pool has the user. Of status: in_sync, drifted, not_deployed,
    /// not_created if users were approved but not created, see not_created, or faults if sign-ins
    /// failed, see sign_ins. failed: the command failed, see error.
    #[cfg_attr(test, schemars(extend("enum" = words::results())))]
    result: &'static str,
    /// The options that were set, and those of the existing deployment that aren't defaults.
    options: Vec<Opt>,
    /// The accounts, if their credentials are valid.
    accounts: Vec<Account>,
    /// The user pools and app clients that were selected.
    selected: Vec<Selected>,
    /// The plan, in the order in which it is applied. Independent changes are applied in parallel.
    changes: Vec<Change>,
    /// The warnings, in no particular order.
    warnings: Vec<Warning>,
    /// AWS's estimates of the number of users in each pool.
    users: Vec<Users>,
    /// The users of the old pool that plan or setup checked. Null if none were read.
    users_checked: Option<Sample>,
    /// Why the command failed.
    error: Option<Error>,
    /// Only verify: the result of the connectivity check.
    #[serde(skip_serializing_if = "Option::is_none")]
    connectivity_check: Option<Check>,
    /// Only user: where the user exists, and whether they can be migrated.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User>,
    /// Only list, and teardown if the deployment doesn't exist: the deployments that exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployments: Option<Vec<Deployment>>,
    /// Only teardown: the report of the migration, before the log group is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    final_report: Option<FinalReport>,
    /// Only policy: the IAM policy document.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Value>,
    /// Only status: the progress of the migration.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

/// An option that was set.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Opt {
    /// The long option, without its dashes.
    name: String,
    /// Its value. Several values are separated by commas.
    value: String,
    /// Where it was set: the flag, the environment variable, the line of the file, or the existing
    /// deployment.
    set_by: String,
}

/// An AWS account.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Account {
    #[cfg_attr(test, schemars(extend("enum" = words::sides())))]
    side: &'static str,
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9]{12}$")))]
    id: String,
    partition: String,
    region: String,
    profile: String,
}

/// A user pool or an app client.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Selected {
    #[cfg_attr(test, schemars(extend("enum" = words::sides())))]
    side: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = ["user pool", "app client"])))]
    kind: &'static str,
    id: String,
    /// Its name. Empty if the name wasn't read.
    name: String,
    /// option: specified. record: recorded by setup. only_one: the only one in the account.
    /// prompt: selected by the user.
    #[cfg_attr(test, schemars(extend("enum" = words::sources())))]
    source: &'static str,
}

/// A change of the plan.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Change {
    #[cfg_attr(test, schemars(extend("enum" = words::sides())))]
    side: &'static str,
    /// conflict: the resource isn't changed, and manual action is required.
    #[cfg_attr(test, schemars(extend("enum" = words::actions())))]
    action: &'static str,
    /// AWS's name for this kind of resource.
    kind: &'static str,
    name: String,
    /// The details, for people. The wording can change.
    details: Vec<String>,
    edits: Vec<Edit>,
    /// planned: not started. skipped: a conflict, which is never applied.
    #[cfg_attr(test, schemars(extend("enum" = ["planned", "started", "done", "failed", "skipped"])))]
    status: &'static str,
}

/// A warning.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Warning {
    /// A stable name.
    id: &'static str,
    #[cfg_attr(test, schemars(extend("enum" = words::severities())))]
    severity: &'static str,
    summary: String,
    /// The causes that are known.
    causes: Vec<String>,
    /// How to fix it. Each entry is an alternative.
    fix: Vec<String>,
    /// Whether setup stops until the warning is allowed with --allow ID.
    requires_consent: bool,
}

/// The number of users in a pool.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Users {
    #[cfg_attr(test, schemars(extend("enum" = words::sides())))]
    side: &'static str,
    estimate: u64,
}

/// Users of the old pool that were checked: one page of ListUsers.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Sample {
    checked: usize,
    /// The number of them that a sign-in with the right password would migrate, or a password reset
    /// request, if they have to reset the password.
    can_be_migrated: usize,
    /// Why the others wouldn't be migrated.
    reasons: Vec<ReasonCount>,
}

/// The result of the connectivity check.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Check {
    passed: bool,
    /// The component that failed.
    #[cfg_attr(test, schemars(extend("enum" = words::components())))]
    component: Option<&'static str>,
    summary: Option<String>,
    fix: Option<Cow<'static, str>>,
}

/// A deployment that exists.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
struct Deployment {
    /// default, or the suffix.
    name: String,
    /// The ID of the old account.
    old_account: Option<String>,
    /// The ID of the new account.
    new_account: Option<String>,
    /// The ID of the old user pool, if the role in the old account has it on record.
    old_pool: Option<String>,
    /// The ID of the new user pool, if the role in the new account has it on record.
    new_pool: Option<String>,
    /// When the first of its roles was created, in UTC.
    since: Option<String>,
    /// complete: all resources that were read exist. partial: some of them don't exist, see
    /// missing. unknown: they can't be read. Null for teardown.
    #[cfg_attr(test, schemars(extend("enum" = words::deployment_states())))]
    state: Option<&'static str>,
    /// The resources that don't exist.
    missing: Vec<&'static str>,
}

/// The version of the schema. A member that is added doesn't change it.
const SCHEMA_VERSION: u32 = 1;

/// The command of a run, and its options.
#[derive(Default)]
pub struct Invocation {
    command: String,
    deployment: Option<String>,
    options: Vec<Opt>,
}

impl Invocation {
    /// Of a command whose options are invalid.
    pub fn invalid(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            ..Self::default()
        }
    }

    /// Of a command with these options.
    pub fn of(command: &str, settings: &Settings) -> Self {
        let options = settings.origins.iter();
        let options = options.map(|(name, setting)| Opt::of(name, setting));
        Self {
            command: command.to_owned(),
            deployment: Some(settings.names.deployment.clone()),
            options: options.collect(),
        }
    }
}

/// A run, from which the document is created.
pub struct Run<'a> {
    /// Its command and options.
    pub invocation: &'a Invocation,
    /// What it reported.
    pub transcript: &'a Transcript,
    /// How it ended.
    pub ended: Ended,
    /// Why it failed.
    pub error: Option<&'a anyhow::Error>,
    /// Its result.
    pub outcome: Option<&'a Outcome<'a>>,
}

impl Document {
    /// Of a run.
    pub fn of(run: &Run<'_>) -> Self {
        let (invocation, transcript) = (run.invocation, run.transcript);
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let users = |(side, estimate): &(cogmig_core::identity::Side, u64)| Users {
            side: side.as_str(),
            estimate: *estimate,
        };
        let mut document = Self {
            schema_version: SCHEMA_VERSION,
            version: VERSION.lines().next().unwrap_or_default().to_owned(),
            time: stamp(i64::try_from(now.as_secs()).unwrap_or_default()),
            command: invocation.command.clone(),
            deployment: invocation.deployment.clone(),
            result: run.ended.word(),
            options: options(invocation, transcript),
            accounts: transcript.accounts.iter().map(Account::of).collect(),
            selected: transcript.selected.iter().flat_map(Selected::of).collect(),
            changes: transcript.changes.iter().map(Change::of).collect(),
            warnings: transcript.warnings.iter().map(Warning::of).collect(),
            users: transcript.users.iter().map(users).collect(),
            users_checked: transcript.sample.as_ref().map(Sample::of),
            error: run.error.map(|error| Error::of(error, &transcript.also)),
            connectivity_check: None,
            user: None,
            deployments: None,
            final_report: transcript.report.as_deref().map(FinalReport::of),
            policy: None,
            status: None,
        };
        if let Some(outcome) = run.outcome {
            document.add(outcome);
        }
        document
    }

    fn add(&mut self, outcome: &Outcome<'_>) {
        match outcome {
            Outcome::Verified(verified) => {
                self.connectivity_check = Some(Check::of(verified.chain.as_ref().err()));
            }
            Outcome::User(found) => self.user = Some(User::of(found)),
            Outcome::Status(status) => self.status = Some(Status::of(status)),
            Outcome::Listed(others) | Outcome::NotDeployed { others, .. } => {
                self.deployments = Some(others.iter().map(Deployment::of).collect());
            }
            Outcome::Policy(policy) => self.policy = serde_json::to_value(policy).ok(),
            Outcome::Planned
            | Outcome::SetUp { .. }
            | Outcome::TornDown { .. }
            | Outcome::Declined => {}
        }
    }
}

/// The options of the command, and the remembered ones that it doesn't set.
fn options(invocation: &Invocation, transcript: &Transcript) -> Vec<Opt> {
    let mut all = invocation.options.clone();
    let is_set = |name: &str| invocation.options.iter().any(|option| option.name == name);
    let remembered = transcript.options.iter();
    let remembered = remembered.filter(|(name, _)| !is_set(name));
    all.extend(remembered.map(|(name, setting)| Opt::of(name, setting)));
    all
}

impl Opt {
    fn of(name: &str, setting: &Setting) -> Self {
        Self {
            name: name.to_owned(),
            value: setting.value.clone(),
            set_by: setting.origin.option(name),
        }
    }
}

impl Account {
    fn of(one: &Identity) -> Self {
        Self {
            side: one.side.as_str(),
            id: one.id.clone(),
            partition: one.partition.clone(),
            region: one.region.clone(),
            profile: one.profile.clone(),
        }
    }
}

impl Selected {
    fn of(selected: &selected::Selected) -> impl Iterator<Item = Self> {
        selected.all.iter().map(|Listed { id, name }| Self {
            side: selected.side.as_str(),
            kind: selected.what,
            id: id.clone(),
            name: name.clone(),
            source: selected.source.as_str(),
        })
    }
}

impl Change {
    fn of(line: &Line) -> Self {
        Self {
            side: line.address.side.as_str(),
            action: line.action.as_str(),
            kind: line.address.kind.as_str(),
            name: line.address.name.clone(),
            details: line.details.clone(),
            edits: line.edits.iter().map(Edit::of).collect(),
            status: line.status,
        }
    }
}

impl Warning {
    fn of(warning: &Problem) -> Self {
        Self {
            id: warning.id,
            severity: warning.severity.as_str(),
            summary: warning.summary.clone(),
            causes: warning.causes.iter().map(problem::cause).collect(),
            fix: warning.remedy.clone(),
            requires_consent: warning.requires_consent(),
        }
    }
}

impl Sample {
    fn of(sample: &sample::Sample) -> Self {
        let reason = |(reason, count): &(Rejection, usize)| {
            let count = u64::try_from(*count).unwrap_or(u64::MAX);
            ReasonCount::of_users(reason.code(), count)
        };
        Self {
            checked: sample.checked,
            can_be_migrated: sample.migratable,
            reasons: sample.reasons.iter().map(reason).collect(),
        }
    }
}

impl Check {
    fn of(broken: Option<&Broken>) -> Self {
        Self {
            passed: broken.is_none(),
            component: broken.map(|broken| broken.component.as_str()),
            summary: broken.map(|broken| broken.what.clone()),
            fix: broken.map(|broken| broken.remedy.clone()),
        }
    }
}

impl Deployment {
    fn of(one: &deployments::Deployment) -> Self {
        Self {
            name: one.name.clone(),
            old_account: one.old.account.clone(),
            new_account: one.new.account.clone(),
            old_pool: one.old.pool.clone(),
            new_pool: one.new.pool.clone(),
            since: one.since.map(stamp),
            state: one.state.as_ref().map(deployments::State::as_str),
            missing: match &one.state {
                Some(deployments::State::Partial(missing)) => missing.clone(),
                _ => Vec::new(),
            },
        }
    }
}
