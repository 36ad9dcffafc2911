//! The result of the connectivity check: the broken component of the migration path, and the
//! remedy.

mod sts;

use std::borrow::Cow;
use std::fmt;

use rules::log;
use rules::probe::{self, Answer, StsError, Verdict};
use rules::reasons::{Failure, Fault, Rejection};

use crate::desired::Desired;
use crate::lambda::{State, remedy};
use crate::plan::{Plan, Step};
use crate::problem::Problem;
use crate::reasons;
use crate::resource::{Call, FunctionCall, PolicyCall, RoleCall};

/// A component of the migration path, from the trigger of the new user pool to the old user pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// The function, its environment or its code.
    Function,
    /// A role.
    Role,
    /// The trust policy of a role.
    Trust,
    /// The permissions of a role.
    Policy,
    /// The trigger of the new user pool.
    Trigger,
    /// The secret of the old app client.
    Secret,
    /// The authentication flow that the old app client has to allow.
    Flow,
    /// The old app client.
    Client,
    /// The old user pool.
    Pool,
    /// Anything outside this deployment: an organization's policies, quotas, the network, AWS
    /// itself.
    External,
}

impl Component {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Function,
        Self::Role,
        Self::Trust,
        Self::Policy,
        Self::Trigger,
        Self::Secret,
        Self::Flow,
        Self::Client,
        Self::Pool,
        Self::External,
    ];

    /// The value of `component` in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Role => "role",
            Self::Trust => "trust",
            Self::Policy => "policy",
            Self::Trigger => "trigger",
            Self::Secret => "secret",
            Self::Flow => "flow",
            Self::Client => "client",
            Self::Pool => "pool",
            Self::External => "external",
        }
    }
}

/// A failed connectivity check.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The broken component.
    pub component: Component,
    /// The cause.
    pub what: String,
    /// The remedy.
    pub remedy: Cow<'static, str>,
    /// Whether it may resolve on its own, because IAM and Cognito are eventually consistent.
    pub is_transient: bool,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "connectivity check failed ({}): {}",
            self.component.as_str(),
            self.what
        )
    }
}

impl From<&Broken> for Problem {
    fn from(broken: &Broken) -> Self {
        Self::error("connectivity-check-failed", broken.to_string()).fix(broken.remedy.clone())
    }
}

const SETUP: &str = "run `cogmig setup` to fix it";
const SECRET: &str =
    "run `cogmig setup --dedicated-old-client`, which creates an app client without a secret";
const LATER: &str = "run the command again in a moment";

impl Broken {
    /// The function doesn't exist.
    #[must_use]
    pub fn no_function(name: &str) -> Self {
        Self::at(
            Component::Function,
            format!("the function {name} doesn't exist"),
            SETUP,
        )
    }

    /// Lambda doesn't invoke the function in this state. `None` if it does.
    #[must_use]
    pub fn of_state(name: &str, state: &State) -> Option<Self> {
        let (word, why) = state.blocker()?;
        let what = format!("Lambda can't run function {name}: its state is {word} ({why})");
        let remedy = match state {
            State::Failed(why) => remedy(why),
            _ => "wait until the function is active, or delete it and run `cogmig setup`",
        };
        Some(Self::at(Component::Function, what, remedy))
    }

    /// The function isn't attached to the new pool. The check itself doesn't need the trigger.
    #[must_use]
    pub fn detached(pool: &str) -> Self {
        Self::at(
            Component::Trigger,
            format!(
                "the migration trigger isn't attached to the new user pool {pool}, so no user is migrated"
            ),
            SETUP,
        )
    }

    /// The check failed at this component.
    pub fn at(
        component: Component,
        what: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            component,
            what: what.into(),
            remedy: remedy.into(),
            is_transient: false,
        }
    }

    /// The same, but it may resolve on its own.
    fn transient(self) -> Self {
        Self {
            is_transient: true,
            ..self
        }
    }

    /// The meaning of the function's answer. STS doesn't always report why a role can't be assumed,
    /// so the drift in `plan` shows the cause.
    pub fn of(answer: &Answer, desired: &Desired, plan: &Plan) -> Self {
        let names = &desired.names;
        let (role, pool) = (&names.access_role, &desired.old.pool.id);
        let call = answer.call.map_or("a call", probe::Call::as_str);
        let unknown = |reason: &str| {
            let what = format!("the function is misconfigured ({reason})");
            Self::at(Component::Function, what, SETUP)
        };
        let failure = match &answer.verdict {
            Verdict::Failed(failure) => *failure,
            Verdict::Unknown(_, reason) => return unknown(reason),
            Verdict::Migrated(_) => return unknown(log::MIGRATED),
        };
        match failure {
            Failure::Fault(Fault::Credentials) => credentials(answer, desired, plan),
            Failure::Fault(Fault::AccessDenied) => {
                // Sessions of a deleted role remain valid for a while, but without permissions.
                let (component, what) = match assume(plan, desired) {
                    (Component::Role, what) => (Component::Role, format!(": {what}")),
                    _ => (Component::Policy, String::new()),
                };
                let what = format!("{role} is not authorized to perform {call} on {pool}{what}");
                Self::at(component, what, "run `cogmig setup`. If that doesn't help, a service control policy or a permissions boundary in the old account denies it").transient()
            }
            Failure::Fault(Fault::Flow) => Self::at(
                Component::Flow,
                "ALLOW_ADMIN_USER_PASSWORD_AUTH isn't enabled on the old app client",
                SETUP,
            )
            .transient(),
            Failure::Fault(Fault::SecretHash) => Self::at(
                Component::Secret,
                "the old app client rejects the secret that Cognito returned to the function. It may have been rotated",
                SECRET,
            ),
            Failure::Fault(Fault::SecretRotated) => Self::at(
                Component::Secret,
                "the old app client has a secret that Cognito doesn't return: it was rotated, or AWS Secrets Manager manages it",
                SECRET,
            ),
            Failure::Fault(Fault::ClientNotFound) => {
                Self::at(Component::Client, "the old app client doesn't exist", SETUP).transient()
            }
            Failure::Fault(Fault::PoolNotFound) => Self::at(
                Component::Pool,
                format!("the old user pool {pool} doesn't exist"),
                "run `cogmig teardown`. Without the old user pool, no user can be migrated",
            ),
            Failure::Fault(Fault::NotAvailable) => Self::at(
                Component::Pool,
                format!("{call} isn't available for the old user pool {pool}. Its Region, its feature plan or the old app client may not support it"),
                "check the Region and the feature plan of the old user pool. To get Cognito's error, call AdminInitiateAuth with ADMIN_USER_PASSWORD_AUTH for this pool and app client",
            ),
            Failure::Rejected(Rejection::OldTriggerFailed) => Self::at(
                Component::Pool,
                format!("a trigger of the old user pool {pool} fails at every sign-in"),
                "check the log of that trigger in the old account, and whether Cognito is allowed to invoke it",
            )
            .transient(),
            Failure::Rejected(Rejection::InvalidParameter) => Self::at(
                Component::Pool,
                format!("the old user pool {pool} doesn't accept sign-ins with username and password"),
                "check the Region and the feature plan of the old user pool. To get Cognito's error, call AdminInitiateAuth with ADMIN_USER_PASSWORD_AUTH for this pool and app client",
            )
            .transient(),
            Failure::Fault(Fault::Throttled) => {
                Self::at(Component::External, "the old user pool throttles requests", LATER).transient()
            }
            Failure::Fault(Fault::Unreachable | Fault::TimedOut | Fault::Internal) => Self::at(
                Component::External,
                "the old user pool can't be reached in time, or fails",
                "run the command again in a moment, and check https://health.aws.amazon.com/health/status for its Region",
            )
            .transient(),
            Failure::Fault(
                Fault::Configuration | Fault::Event | Fault::ForeignPool | Fault::TriggerSource,
            )
            | Failure::Rejected(
                Rejection::NotAuthorized
                | Rejection::WrongPassword
                | Rejection::LockedOut
                | Rejection::Blocked
                | Rejection::External
                | Rejection::UnknownUser
                | Rejection::NotConfirmed
                | Rejection::Inactive
                | Rejection::ResetRequired
                | Rejection::Challenge
                | Rejection::Mfa
                | Rejection::TemporaryPassword
                | Rejection::OldTrigger
                | Rejection::Disabled
                | Rejection::NoVerifiedContact
                | Rejection::NoAttributes
                | Rejection::ForgotPassword
                | Rejection::Name
                | Rejection::UnknownAnswer,
            ) => unknown(failure.reason()),
        }
    }
}

/// How STS names this type of policy.
const RESOURCE_CONTROL: &str = "resource control policy";

/// Why the function has no session of the access role.
fn credentials(answer: &Answer, desired: &Desired, plan: &Plan) -> Broken {
    let (errors, role) = (&answer.sts_errors, &desired.names.access_role);
    if let Some(disabled) = sts::disabled_regions(errors, desired) {
        let what = format!("the function can't assume {role}: {}", disabled.words);
        let broken = Broken::at(Component::External, what, disabled.remedy);
        return Broken {
            is_transient: disabled.is_transient,
            ..broken
        };
    }
    let (component, what) = assume(plan, desired);
    let is_resource_control = |error: &StsError| error.message.contains(RESOURCE_CONTROL);
    let remedy = match component {
        _ if errors.iter().any(is_resource_control) => {
            "contact the administrator of the old account's organization: one of its resource control policies denies sts:AssumeRole from other organizations. If the policy allows it for roles with a tag, use --tag"
        }
        Component::External => {
            "check whether a service control policy, a resource control policy or a permissions boundary denies sts:AssumeRole in one of the accounts"
        }
        _ => SETUP,
    };
    let words = sts::words(errors).map(|words| format!(". {words}"));
    let what = format!(
        "the function can't assume {role}: {what}{}",
        words.unwrap_or_default()
    );
    Broken::at(component, what, remedy).transient()
}

/// Why the access role can't be assumed: the first drift that explains it.
fn assume(plan: &Plan, desired: &Desired) -> (Component, &'static str) {
    let access = &desired.names.access_role;
    let cause = |step: &Step| {
        let of_access = step.on.name == *access;
        Some(match &step.call {
            Call::Role(RoleCall::Create { .. }) if of_access => {
                (Component::Role, "the role doesn't exist")
            }
            Call::Role(RoleCall::Create { .. }) => {
                (Component::Role, "the function's own role doesn't exist")
            }
            Call::Role(RoleCall::SetTrust { .. }) if of_access => {
                (Component::Trust, "its trust policy has drifted")
            }
            Call::Role(RoleCall::SetTrust { .. }) => (
                Component::Trust,
                "the function's own role doesn't trust Lambda",
            ),
            Call::Policy(PolicyCall::Create { .. } | PolicyCall::Update { .. })
            | Call::Role(RoleCall::Attach { .. }) => (
                Component::Policy,
                "the function's own policy doesn't grant it",
            ),
            Call::Function(FunctionCall::Configure { .. } | FunctionCall::Recreate(_)) => (
                Component::Function,
                "the function's role or environment has drifted",
            ),
            _ => return None,
        })
    };
    let mut steps = plan.steps();
    let in_sync = (
        Component::External,
        "the role, its trust policy and the permissions are in sync, so something outside this deployment denies it",
    );
    steps.find_map(cause).unwrap_or(in_sync)
}

/// Whether the connectivity check passed, which runs with a user who doesn't exist. Any rejection
/// shows that the old pool answered, except those that apply to all users.
#[must_use]
pub fn is_open(answer: &Answer) -> bool {
    match &answer.verdict {
        Verdict::Migrated(_) | Verdict::Failed(Failure::Fault(_)) => false,
        Verdict::Failed(Failure::Rejected(rejection)) => !applies_to_all_users(*rejection),
        Verdict::Unknown(outcome, _) => outcome == log::REJECTED,
    }
}

/// Whether a user would be migrated.
#[derive(Clone, Debug)]
pub enum Forecast {
    /// The user would be migrated, with these attributes.
    Migrated(Vec<String>),
    /// The user would be rejected, for this reason.
    Rejected(String),
    /// No user is migrated, because the connectivity check failed.
    Broken(Broken),
}

impl Forecast {
    /// The meaning of the function's answer.
    #[must_use]
    pub fn of(answer: &Answer, desired: &Desired, plan: &Plan) -> Self {
        match &answer.verdict {
            Verdict::Migrated(attributes) => Self::Migrated(attributes.clone()),
            Verdict::Failed(Failure::Rejected(rejection)) => {
                Self::Rejected(reasons::text(*rejection).to_owned())
            }
            Verdict::Unknown(outcome, reason) if outcome == log::REJECTED => {
                Self::Rejected(reason.clone())
            }
            Verdict::Failed(Failure::Fault(_)) | Verdict::Unknown(..) => {
                Self::Broken(Broken::of(answer, desired, plan))
            }
        }
    }
}

/// Whether a rejection doesn't depend on the user.
const fn applies_to_all_users(rejection: Rejection) -> bool {
    matches!(
        rejection,
        Rejection::InvalidParameter | Rejection::OldTriggerFailed | Rejection::UnknownAnswer
    )
}

#[cfg(test)]
mod tests;
