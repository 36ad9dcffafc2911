//! The kinds of resources, and what can be done to each.

use serde_json::Value;

use crate::cognito::flows::{Added, Flow};
use crate::identity::Side;
use crate::observed::Configuration;
use crate::package::Package;
use crate::record::Tags;

/// A kind of resource.
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

/// By what it is known that a resource is of a deployment, which has to be shown before it is
/// deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// It bears the deployment's tag.
    Tag,
    /// It bears no tags; the undo record names it.
    Record,
    /// It is never deleted by itself.
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

    /// AWS's word for it.
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

    /// By what it is known to be of a deployment.
    #[must_use]
    pub const fn ownership(self) -> Ownership {
        match self {
            Self::Role | Self::Policy | Self::LogGroup | Self::Function => Ownership::Tag,
            Self::AppClient => Ownership::Record,
            Self::Permission | Self::UserPool => Ownership::Never,
        }
    }
}

/// Which resource, in which account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// In which account.
    pub side: Side,
    /// What it is.
    pub kind: Kind,
    /// Its name, or its id.
    pub name: String,
}

impl Address {
    /// Of a name or an id.
    #[must_use]
    pub fn new(side: Side, kind: Kind, name: impl Into<String>) -> Self {
        Self {
            side,
            kind,
            name: name.into(),
        }
    }
}

/// A call, by the kind of its resource.
pub enum Call {
    /// Of a role.
    Role(RoleCall),
    /// Of a managed policy.
    Policy(PolicyCall),
    /// Of a log group.
    LogGroup(LogGroupCall),
    /// Of a function.
    Function(FunctionCall),
    /// Of a statement in the resource policy of a function.
    Permission(PermissionCall),
    /// Of an app client.
    Client(ClientCall),
    /// Of a user pool.
    Pool(PoolCall),
}

impl Call {
    /// The kind of resource that it is about.
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

/// What can be done to a role.
pub enum RoleCall {
    /// Make it.
    Create {
        /// Words for people.
        description: String,
        /// Who may assume it.
        trust: Value,
        /// Its tags.
        tags: Tags,
    },
    /// Say who may assume it.
    SetTrust {
        /// The trust policy.
        trust: Value,
    },
    /// Write an inline policy.
    PutInline {
        /// Its name.
        policy: String,
        /// What it allows.
        document: Value,
    },
    /// Attach a managed policy.
    Attach {
        /// Its ARN.
        policy_arn: String,
    },
    /// Write to the undo record.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Take an entry out of the undo record.
    Untag {
        /// The tag's key.
        key: String,
    },
    /// Take a managed policy off it.
    Detach {
        /// Its ARN.
        policy_arn: String,
    },
    /// Delete an inline policy.
    DeleteInline {
        /// Its name.
        policy: String,
    },
    /// Delete it, and the undo record with it.
    Delete,
}

/// What can be done to a managed policy.
pub enum PolicyCall {
    /// Make it.
    Create {
        /// Words for people.
        description: String,
        /// What it allows.
        document: Value,
        /// Its tags.
        tags: Tags,
    },
    /// Make a document its default version.
    Update {
        /// What it allows.
        document: Value,
    },
    /// Tag it.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Delete it, with its versions.
    Delete,
}

/// What can be done to a log group.
pub enum LogGroupCall {
    /// Make it.
    Create {
        /// Its tags.
        tags: Tags,
    },
    /// Keep its events for so many days.
    Keep {
        /// Days.
        days: i32,
    },
    /// Tag it.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Delete it.
    Delete,
}

/// What can be done to a function.
pub enum FunctionCall {
    /// Make it.
    Create {
        /// How it is set.
        set: Configuration,
        /// Its code.
        package: Package,
        /// Its tags.
        tags: Tags,
    },
    /// Replace its code.
    UpdateCode {
        /// The code.
        package: Package,
    },
    /// Set its configuration.
    Configure {
        /// How it is set.
        set: Configuration,
    },
    /// Tag it.
    Tag {
        /// The tags.
        tags: Tags,
    },
    /// Delete it, with its resource policy.
    Delete,
}

/// What can be done to a statement in the resource policy of a function.
pub enum PermissionCall {
    /// Let Cognito invoke the function for one pool.
    Permit {
        /// The function.
        function: String,
        /// The ARN of the pool.
        pool_arn: String,
    },
}

/// What can be done to an app client.
pub enum ClientCall {
    /// Add a flow.
    AddFlow {
        /// The pool.
        pool: String,
        /// The flow.
        flow: Flow,
    },
    /// Take away what was added.
    RemoveFlow {
        /// The pool.
        pool: String,
        /// What was added.
        added: Added,
    },
    /// Make one of the address's name.
    Create {
        /// The pool.
        pool: String,
    },
    /// Delete those of the address's name that were made here: the one on record, and any other
    /// that is as it was made.
    DeleteMade {
        /// The pool.
        pool: String,
        /// The id on record.
        recorded: Option<String>,
    },
}

/// What can be done to a user pool.
pub enum PoolCall {
    /// Put one UserMigration trigger in the place of another.
    SetTrigger {
        /// That one.
        from: Option<String>,
        /// The other.
        to: Option<String>,
    },
}
