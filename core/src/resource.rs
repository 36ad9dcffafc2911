//! The types of resources, and the calls for each.

use serde_json::Value;

use crate::cognito::flows::{Added, Flow};
use crate::cognito::lossless::Object;
use crate::identity::Side;
use crate::observed::Configuration;
use crate::package::Package;
use crate::record::Tags;

/// A type of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An IAM role.
    Role,
    /// An IAM managed policy.
    Policy,
    /// A CloudWatch log group.
    LogGroup,
    /// A Lambda function.
    Function,
    /// A statement in a function's resource policy.
    Permission,
    /// An app client of a user pool.
    AppClient,
    /// A user pool.
    UserPool,
}

/// How a resource is recognized as managed by a deployment. Only such resources are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// By the tag of the deployment.
    Tag,
    /// By the undo record, because it can't have tags.
    Record,
    /// Not at all: it's never deleted on its own.
    Never,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Role,
        Self::Policy,
        Self::LogGroup,
        Self::Function,
        Self::Permission,
        Self::AppClient,
        Self::UserPool,
    ];

    /// The type, in AWS's words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
            Self::LogGroup => "log group",
            Self::Function => "function",
            Self::Permission => "permission",
            Self::AppClient => "app client",
            Self::UserPool => "user pool",
        }
    }

    /// How it's recognized as managed by a deployment.
    #[must_use]
    pub const fn ownership(self) -> Ownership {
        match self {
            Self::Role | Self::Policy | Self::LogGroup | Self::Function => Ownership::Tag,
            Self::AppClient => Ownership::Record,
            Self::Permission | Self::UserPool => Ownership::Never,
        }
    }
}

/// The address of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The side of the account.
    pub side: Side,
    /// The type.
    pub kind: Kind,
    /// Its name or id.
    pub name: String,
}

impl Address {
    /// The resource with this name or id.
    #[must_use]
    pub fn new(side: Side, kind: Kind, name: impl Into<String>) -> Self {
        Self {
            side,
            kind,
            name: name.into(),
        }
    }
}

/// A call, by the type of its resource.
pub enum Call {
    /// For a role.
    Role(RoleCall),
    /// For a managed policy.
    Policy(PolicyCall),
    /// For a log group.
    LogGroup(LogGroupCall),
    /// For a function.
    Function(FunctionCall),
    /// For a statement in the resource policy of a function.
    Permission(PermissionCall),
    /// For an app client.
    Client(ClientCall),
    /// For a user pool.
    Pool(PoolCall),
}

impl Call {
    /// The type of its resource.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Role(_) => Kind::Role,
            Self::Policy(_) => Kind::Policy,
            Self::LogGroup(_) => Kind::LogGroup,
            Self::Function(_) => Kind::Function,
            Self::Permission(_) => Kind::Permission,
            Self::Client(_) => Kind::AppClient,
            Self::Pool(_) => Kind::UserPool,
        }
    }
}

/// A call for a role.
pub enum RoleCall {
    /// Create it.
    Create {
        /// Its path.
        path: String,
        /// The ARN of its permissions boundary.
        boundary: Option<String>,
        /// Its description.
        description: String,
        /// Its trust policy.
        trust: Value,
        /// Its tags.
        tags: Tags,
    },
    /// Set its trust policy.
    SetTrust {
        /// The trust policy.
        trust: Value,
    },
    /// Set its permissions boundary, or delete it.
    SetBoundary {
        /// The ARN of the boundary.
        boundary: Option<String>,
    },
    /// Put an inline policy.
    PutInline {
        /// Its name.
        policy: String,
        /// The document.
        document: Value,
    },
    /// Attach a managed policy.
    Attach {
        /// Its ARN.
        policy_arn: String,
    },
    /// Tag it, which also writes to the undo record.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Remove tags, for example an entry of the undo record.
    Untag {
        /// The keys.
        keys: Vec<String>,
    },
    /// Detach a managed policy.
    Detach {
        /// Its ARN.
        policy_arn: String,
    },
    /// Delete an inline policy.
    DeleteInline {
        /// Its name.
        policy: String,
    },
    /// Delete it, including the undo record.
    Delete,
}

/// A call for a managed policy.
pub enum PolicyCall {
    /// Create it.
    Create {
        /// Its description.
        description: String,
        /// The document.
        document: Value,
        /// Its tags.
        tags: Tags,
    },
    /// Set a document as its default version.
    Update {
        /// The document.
        document: Value,
    },
    /// Tag it.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Remove tags.
    Untag {
        /// The keys.
        keys: Vec<String>,
    },
    /// Delete it and its versions.
    Delete,
}

/// A call for a log group.
pub enum LogGroupCall {
    /// Create it.
    Create {
        /// Its tags.
        tags: Tags,
    },
    /// Set its retention.
    SetRetention {
        /// Days.
        days: i32,
    },
    /// Tag it.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Remove tags.
    Untag {
        /// The keys.
        keys: Vec<String>,
    },
    /// Delete it.
    Delete,
}

/// A call for a function.
pub enum FunctionCall {
    /// Create it.
    Create {
        /// Its configuration.
        set: Configuration,
        /// Its deployment package.
        package: Package,
        /// Its tags.
        tags: Tags,
    },
    /// Delete it and create it again, because Lambda accepts no other change of a failed function.
    Recreate(Box<Recreation>),
    /// Update its code.
    UpdateCode {
        /// The deployment package.
        package: Package,
    },
    /// Update its configuration.
    Configure {
        /// Its configuration.
        set: Configuration,
    },
    /// Tag it.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Remove tags.
    Untag {
        /// The keys.
        keys: Vec<String>,
    },
    /// Delete it and its resource policy.
    Delete,
}

/// A function that is created again.
pub struct Recreation {
    /// Its configuration.
    pub set: Configuration,
    /// Its deployment package.
    pub package: Package,
    /// Its tags, including those of others.
    pub tags: Tags,
    /// The settings that others added to it, as members of a CreateFunction request.
    pub others: Object,
    /// Its reserved concurrency.
    pub reserved: Option<i32>,
}

/// A call for a statement in the resource policy of a function.
pub enum PermissionCall {
    /// Allow Cognito to invoke the function for one user pool.
    Permit {
        /// The function.
        function: String,
        /// The ARN of the pool.
        pool_arn: String,
    },
}

/// A call for an app client.
pub enum ClientCall {
    /// Add a flow.
    AddFlow {
        /// The pool.
        pool: String,
        /// The flow.
        flow: Flow,
    },
    /// Remove an added flow.
    RemoveFlow {
        /// The pool.
        pool: String,
        /// What was added.
        added: Added,
    },
    /// Create one with the name in the address.
    Create {
        /// The pool.
        pool: String,
    },
    /// Delete those with the name in the address that setup created: the recorded one, and others
    /// with their original settings.
    DeleteCreated {
        /// The pool.
        pool: String,
        /// The recorded id.
        recorded: Option<String>,
    },
}

/// A call for a user pool.
pub enum PoolCall {
    /// Replace the UserMigration trigger.
    SetTrigger {
        /// The ARN of the current trigger.
        from: Option<String>,
        /// The ARN of the new trigger.
        to: Option<String>,
    },
}
