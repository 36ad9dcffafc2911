//! The plan: the difference between what should stand and what stands, as values.
//! Nothing here asks AWS or waits.

mod clients;
mod dedicated;
pub mod guards;
mod notes;
mod order;
mod setup;
mod teardown;
#[cfg(test)]
mod tests;
mod trigger;

use serde_json::Value;

pub use order::{Wait, wait};
pub use setup::setup;
pub use teardown::teardown;
#[cfg(test)]
pub use tests::accounts;

use crate::cognito::flows::{Added, Flow};
use crate::identity::Side;
use crate::names::Names;
use crate::observed::{Configuration, Function, Role};
use crate::package::Package;
use crate::problem::Problem;
use crate::record;
use crate::resource::Tags;

/// Changes in the order in which they are made.
#[derive(Default)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
    /// What a person should know although nothing is done about it.
    pub notes: Vec<String>,
    /// What a person should know before users move.
    pub warnings: Vec<Problem>,
}

/// What happens to one resource.
pub struct Change {
    /// In which account.
    pub side: Side,
    /// What happens.
    pub action: Action,
    /// AWS's word for such a thing.
    pub kind: &'static str,
    /// Its name, or its id.
    pub name: String,
    /// For people only: what exactly, and why.
    pub why: String,
    /// The calls that bring it about.
    pub steps: Vec<Step>,
}

/// What can happen to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
    /// It is not as we left it, and not ours to touch: a person must look.
    Leave,
}

impl Action {
    /// One character for a line of the plan.
    #[must_use]
    pub fn glyph(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
            Self::Leave => '!',
        }
    }

    /// A word for JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Leave => "leave",
        }
    }
}

/// One call, or one describe-and-update. It shows nothing of itself, since trust
/// policies and environments hold the ExternalId.
pub enum Step {
    /// Make a role.
    CreateRole {
        name: String,
        description: String,
        trust: Value,
        tags: Tags,
    },
    /// Say who may assume it.
    SetTrust { role: String, trust: Value },
    /// Write its inline policy.
    PutInline {
        role: String,
        policy: String,
        document: Value,
    },
    /// Attach a managed policy.
    Attach { role: String, policy_arn: String },
    /// Write to the undo record.
    TagRole { role: String, tags: Tags },
    /// Take an entry out of the undo record.
    UntagRole { role: String, key: String },
    /// Take a managed policy off a role.
    Detach { role: String, policy_arn: String },
    /// Delete an inline policy.
    DeleteInline { role: String, policy: String },
    /// Delete a role, and the undo record with it.
    DeleteRole { role: String },
    /// Make a managed policy.
    CreatePolicy {
        name: String,
        description: String,
        document: Value,
        tags: Tags,
    },
    /// Make a document the policy's default version.
    UpdatePolicy { arn: String, document: Value },
    /// Tag a managed policy.
    TagPolicy { arn: String, tags: Tags },
    /// Delete a managed policy.
    DeletePolicy { arn: String },
    /// Make a log group.
    CreateLogGroup { name: String, tags: Tags },
    /// Keep its events for so many days.
    KeepLogs { name: String, days: i32 },
    /// Tag a log group.
    TagLogGroup { arn: String, tags: Tags },
    /// Delete a log group.
    DeleteLogGroup { name: String },
    /// Make the function.
    CreateFunction {
        name: String,
        set: Configuration,
        package: Package,
        tags: Tags,
    },
    /// Replace its code.
    UpdateCode { name: String, package: Package },
    /// Set its configuration.
    Configure { name: String, set: Configuration },
    /// Tag the function.
    TagFunction { arn: String, tags: Tags },
    /// Let Cognito invoke it for one pool.
    Permit {
        name: String,
        statement: String,
        pool_arn: String,
    },
    /// See that what is to be deleted still bears the deployment's tag.
    ConfirmOurs {
        kind: &'static str,
        name: String,
        deployment: String,
    },
    /// Delete the function.
    DeleteFunction { name: String },
    /// Add a flow to an app client, which `role` records.
    AddFlow {
        pool: String,
        client: String,
        flow: Flow,
        role: String,
    },
    /// Take away what was added to an app client, which `role` records, unless the role
    /// of another deployment does too.
    RemoveFlow {
        pool: String,
        client: String,
        added: Added,
        role: String,
    },
    /// Make an app client, which `role` records.
    CreateClient {
        pool: String,
        name: String,
        role: String,
    },
    /// Delete the app clients of a name that were made here: the one on record, and any other
    /// that is as it was made.
    DeleteClients {
        pool: String,
        name: String,
        recorded: Option<String>,
    },
    /// Put one UserMigration trigger in the place of another.
    SetTrigger {
        pool: String,
        from: Option<String>,
        to: Option<String>,
        confirm: Option<Confirm>,
    },
}

/// A function that is to be there once it is the trigger, and what is the trigger where it is
/// not.
pub struct Confirm {
    /// The function.
    pub function: String,
    /// The trigger of before.
    pub before: Option<String>,
}

/// Whether the role was made after the function, which setup makes after its roles: it
/// is not the one that setup made. IAM tells whole seconds, so that equal ones tell
/// nothing.
fn made_again(role: &Role, function: &Function) -> bool {
    matches!((role.created, function.modified), (Some(made), Some(set)) if made > set)
}

/// Whether a role once stood here with an undo record that is there no more: that of
/// a deployment whose function stands.
fn record_is_lost(names: &Names, role: Option<&Role>, function: Option<&Function>) -> bool {
    let Some(function) = function.filter(|function| names.own(&function.tags)) else {
        return false;
    };
    role.is_none_or(|role| {
        made_again(role, function) && record::client_ids(&role.tags).next().is_none()
    })
}

impl Plan {
    /// Whether nothing is to be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes
            .iter()
            .all(|change| change.action == Action::Leave)
    }

    /// How many changes are of this kind.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes
            .iter()
            .filter(|change| change.action == action)
            .count()
    }

    fn add(
        &mut self,
        side: Side,
        action: Action,
        (kind, name): (&'static str, &str),
        why: impl Into<String>,
        steps: Vec<Step>,
    ) {
        self.changes.push(Change {
            side,
            action,
            kind,
            name: name.to_owned(),
            why: why.into(),
            steps,
        });
    }
}
