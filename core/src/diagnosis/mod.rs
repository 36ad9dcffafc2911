//! Where the chain from the function to the old pool is broken, in words, and what to try.

use std::fmt;

use rules::log;
use rules::probe::{self, Answer, Verdict};
use rules::reasons::{Failure, Fault, Rejection};

use crate::desired::Desired;
use crate::plan::{Plan, Step};
use crate::problem::Problem;
use crate::resource::{Call, FunctionCall, PolicyCall, RoleCall};

/// A link of the chain from the function to the old pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The function, its environment or its code.
    Function,
    /// A role.
    Role,
    /// A role's trust policy.
    Trust,
    /// What a role may do.
    Policy,
    /// The secret of the old app client.
    Secret,
    /// The flow that the old app client has to allow.
    Flow,
    /// The old app client.
    Client,
    /// The old user pool.
    Pool,
    /// What lies between, and is not of this deployment.
    Way,
}

impl Link {
    /// In one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Role => "role",
            Self::Trust => "trust",
            Self::Policy => "policy",
            Self::Secret => "secret",
            Self::Flow => "flow",
            Self::Client => "client",
            Self::Pool => "pool",
            Self::Way => "way",
        }
    }
}

/// Where the chain is broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The link.
    pub link: Link,
    /// What is wrong with it.
    pub what: String,
    /// What can be done about it.
    pub remedy: &'static str,
    /// Whether AWS may only have to settle.
    pub passes: bool,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken at the {}: {}", self.link.as_str(), self.what)
    }
}

impl From<&Broken> for Problem {
    fn from(broken: &Broken) -> Self {
        Self::error("path-broken", broken.to_string()).fix(broken.remedy)
    }
}

const SETUP: &str = "`cogmig setup`, which mends it";
const LATER: &str = "again in a moment";

impl Broken {
    /// The function is not there.
    #[must_use]
    pub fn no_function(name: &str) -> Self {
        Self::at(Link::Function, format!("{name} is not there"), SETUP)
    }

    /// Broken at this link.
    pub fn at(link: Link, what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            link,
            what: what.into(),
            remedy,
            passes: false,
        }
    }

    /// The same, as long as AWS settles.
    fn passing(self) -> Self {
        Self {
            passes: true,
            ..self
        }
    }

    /// What a fault of the function's means. Why a role cannot be assumed, STS does not say:
    /// what stands otherwise than it should tells.
    pub fn of(answer: &Answer, desired: &Desired, plan: &Plan) -> Self {
        let names = &desired.names;
        let (role, pool) = (&names.access_role, &desired.old.pool.id);
        let call = answer.call.map_or("a call", probe::Call::as_str);
        let unknown = |reason: &str| {
            let what = format!("the function is not set as it should be ({reason})");
            Self::at(Link::Function, what, SETUP)
        };
        let failure = match &answer.verdict {
            Verdict::Failed(failure) => *failure,
            Verdict::Unknown(_, reason) => return unknown(reason),
            Verdict::Migrated(_) => return unknown(log::MIGRATED),
        };
        match failure {
            Failure::Fault(Fault::Credentials) => {
                let (link, what) = assume(plan, desired);
                let remedy = match link {
                    Link::Way => {
                        "a service control policy or a permissions boundary may forbid sts:AssumeRole in either account"
                    }
                    _ => SETUP,
                };
                Self::at(
                    link,
                    format!("the function may not assume {role}: {what}"),
                    remedy,
                )
                .passing()
            }
            Failure::Fault(Fault::AccessDenied) => {
                // The session of a role that is gone goes on for a while, and may do nothing.
                let (link, what) = match assume(plan, desired) {
                    (Link::Role, what) => (Link::Role, format!(": {what}")),
                    _ => (Link::Policy, String::new()),
                };
                let what = format!("{role} may not {call} on {pool}{what}");
                Self::at(link, what, "`cogmig setup`; if that changes nothing, a service control policy or a permissions boundary of the old account forbids it").passing()
            }
            Failure::Fault(Fault::Flow) => Self::at(
                Link::Flow,
                "the old app client does not allow ALLOW_ADMIN_USER_PASSWORD_AUTH",
                SETUP,
            )
            .passing(),
            Failure::Fault(Fault::SecretHash) => Self::at(
                Link::Secret,
                "the function does not have the secret that the old app client has now",
                "`cogmig setup`, or --dedicated-old-client, which has none",
            ),
            Failure::Fault(Fault::ClientNotFound) => {
                Self::at(Link::Client, "the old app client is not there", SETUP).passing()
            }
            Failure::Fault(Fault::PoolNotFound) => Self::at(
                Link::Pool,
                format!("the old user pool {pool} is not there"),
                "`cogmig teardown`: without it, no user can move",
            ),
            Failure::Rejected(Rejection::OldTriggerFailed) => Self::at(
                Link::Pool,
                format!("a trigger of the old user pool {pool} fails at every sign-in"),
                "that trigger's log in the old account, and whether Cognito may invoke it",
            )
            .passing(),
            Failure::Rejected(Rejection::InvalidParameter) => Self::at(
                Link::Pool,
                format!("the old user pool {pool} takes no sign-in with a name and a password"),
                "a sign-in there with ADMIN_USER_PASSWORD_AUTH, which says more",
            )
            .passing(),
            Failure::Fault(Fault::Throttled) => {
                Self::at(Link::Way, "the old pool is asked too often", LATER).passing()
            }
            Failure::Fault(Fault::Unreachable | Fault::TimedOut | Fault::Internal) => Self::at(
                Link::Way,
                "the old pool could not be reached in time, or failed",
                "again in a moment, and https://health.aws.amazon.com/health/status for its Region",
            )
            .passing(),
            Failure::Fault(
                Fault::Configuration | Fault::Event | Fault::ForeignPool | Fault::TriggerSource,
            )
            | Failure::Rejected(
                Rejection::NotAuthorized
                | Rejection::UnknownUser
                | Rejection::NotConfirmed
                | Rejection::ResetRequired
                | Rejection::Challenge
                | Rejection::Mfa
                | Rejection::TemporaryPassword
                | Rejection::OldTrigger
                | Rejection::Disabled
                | Rejection::NoVerifiedContact
                | Rejection::ForgotPassword
                | Rejection::Name
                | Rejection::UnknownAnswer,
            ) => unknown(failure.reason()),
        }
    }
}

/// Why the access role cannot be assumed, by the first thing that is not as it should be.
fn assume(plan: &Plan, desired: &Desired) -> (Link, &'static str) {
    let access = &desired.names.access_role;
    let cause = |step: &Step| {
        let of_access = step.on.name == *access;
        Some(match &step.call {
            Call::Role(RoleCall::Create { .. }) if of_access => (Link::Role, "it is not there"),
            Call::Role(RoleCall::Create { .. }) => {
                (Link::Role, "the function's own role is not there")
            }
            Call::Role(RoleCall::SetTrust { .. }) if of_access => {
                (Link::Trust, "its trust policy is another")
            }
            Call::Role(RoleCall::SetTrust { .. }) => {
                (Link::Trust, "the function's own role does not trust Lambda")
            }
            Call::Policy(PolicyCall::Create { .. } | PolicyCall::Update { .. })
            | Call::Role(RoleCall::Attach { .. }) => {
                (Link::Policy, "the function's own policy does not grant it")
            }
            Call::Function(FunctionCall::Configure { .. }) => {
                (Link::Function, "its role or its environment is another")
            }
            _ => return None,
        })
    };
    let mut steps = plan.steps();
    let in_order = (Link::Way, "role, trust and policy are as they should be");
    steps.find_map(cause).unwrap_or(in_order)
}

/// Whatever the old pool says to nobody, also by a trigger of its own, it was asked; but what it
/// would say to everybody.
#[must_use]
pub fn is_open(answer: &Answer) -> bool {
    match &answer.verdict {
        Verdict::Migrated(_) | Verdict::Failed(Failure::Fault(_)) => false,
        Verdict::Failed(Failure::Rejected(rejection)) => !says_it_to_everybody(*rejection),
        Verdict::Unknown(outcome, _) => outcome == log::REJECTED,
    }
}

/// What would become of a user.
#[derive(Clone, Debug)]
pub enum Forecast {
    /// They would be migrated, with these attributes.
    Migrated(Vec<String>),
    /// They would not, for this reason, in words.
    Rejected(String),
    /// Nobody is, as the chain is broken.
    Broken(Broken),
}

impl Forecast {
    /// By what the function answered.
    #[must_use]
    pub fn of(answer: &Answer, desired: &Desired, plan: &Plan) -> Self {
        match &answer.verdict {
            Verdict::Migrated(attributes) => Self::Migrated(attributes.clone()),
            Verdict::Failed(Failure::Rejected(rejection)) => {
                Self::Rejected(words(*rejection).to_owned())
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

/// Whether a rejection has nothing to do with who signs in.
const fn says_it_to_everybody(rejection: Rejection) -> bool {
    matches!(
        rejection,
        Rejection::InvalidParameter | Rejection::OldTriggerFailed | Rejection::UnknownAnswer
    )
}

/// Why a user stays where they are. What the old pool refuses, the function tells in its log
/// alone: by a probe nobody shall learn more than by a sign-in.
const fn words(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::NotAuthorized
        | Rejection::UnknownUser
        | Rejection::NotConfirmed
        | Rejection::ResetRequired => {
            "the password is wrong, or the user is not there, disabled, locked out, not confirmed or to be reset; the function's log says which"
        }
        Rejection::Challenge => "the old pool asks for more than a password",
        Rejection::Mfa => "the user has a second factor: see --mfa-users",
        Rejection::TemporaryPassword => {
            "the password is a temporary one: see --temporary-passwords"
        }
        Rejection::OldTrigger => "a trigger of the old pool's own refuses",
        Rejection::OldTriggerFailed => {
            "a trigger of the old pool's own cannot be run, or answers what Cognito does not take"
        }
        Rejection::Disabled => "the user is disabled",
        Rejection::NoVerifiedContact => {
            "no e-mail address or phone number is verified, to send a code to"
        }
        Rejection::ForgotPassword => "users who forgot their password are not migrated",
        Rejection::Name => "the new pool cannot have the user under the name that was typed",
        Rejection::InvalidParameter => "the old pool does not take such a name or password",
        Rejection::UnknownAnswer => "the old pool answered what this version does not know",
    }
}

#[cfg(test)]
mod tests;
