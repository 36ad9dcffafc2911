//! What exists in the two accounts, as it was read.

use std::collections::{BTreeMap, BTreeSet};

use rules::env;
use serde_json::Value;

use crate::cognito::flows::Added;
use crate::cognito::lossless::Object;
use crate::iam::documents;
use crate::identity::{Identity, Side};
use crate::record::Tags;
use crate::reference::Listed;
use crate::selected::{Selected, SelectedBy};
use crate::text::on_one_line;

/// What stands on both sides. A side is absent where its account was not named.
pub struct Observed {
    /// Where the users come from.
    pub old: Option<OldSide>,
    /// Where the users go.
    pub new: Option<NewSide>,
}

impl Observed {
    /// The user pools that the deployment has on record.
    #[must_use]
    pub fn pools(&self) -> Vec<Selected> {
        let old = self.old.as_ref().map(|side| (Side::Old, &side.pool));
        let new = self.new.as_ref().map(|side| (Side::New, &side.pool));
        let known = [old, new].into_iter().flatten();
        let known = known.filter(|(_, pool)| !pool.id.is_empty());
        let selected = known.map(|(side, pool)| {
            let described = pool.described.as_ref();
            let name = described.and_then(|pool| pool.get("Name")?.as_str());
            Selected {
                side,
                what: "user pool",
                all: vec![Listed {
                    id: pool.id.clone(),
                    name: on_one_line(name.unwrap_or_default()),
                }],
                source: SelectedBy::Record,
            }
        });
        selected.collect()
    }
}

/// What stands in the old account.
#[derive(Clone)]
pub struct OldSide {
    /// `cognito-access-role`.
    pub role: Option<Role>,
    /// The user pool and its app clients.
    pub pool: Pool,
    /// The app clients of the name that a dedicated one has, in the order of their ids.
    pub dedicated: Vec<(String, Object)>,
}

impl OldSide {
    /// The `ExternalId` that the role's trust policy asks for, if it is one of ours.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        documents::external_id(&self.role.as_ref()?.trust)
    }
}

/// What stands in the new account.
pub struct NewSide {
    /// Who it is.
    pub identity: Identity,
    /// The Lambda's role.
    pub role: Option<Role>,
    /// The Lambda's managed policy.
    pub policy: Option<Policy>,
    /// The Lambda's log group.
    pub log_group: Option<LogGroup>,
    /// The Lambda.
    pub function: Option<Function>,
    /// The user pool and its app clients.
    pub pool: Pool,
    /// Whether the trigger that ours took the place of has lost its function since.
    pub before_is_gone: bool,
}

/// A user pool and those of its app clients that matter.
#[derive(Clone, Default)]
pub struct Pool {
    /// Its id; empty where none is known.
    pub id: String,
    /// As Describe sends it; `None` where it is gone.
    pub described: Option<Object>,
    /// App clients by id, as Describe sends them.
    pub clients: Vec<(String, Option<Object>)>,
    /// What other deployments record of app clients: a flow goes with its last record.
    pub shared: BTreeMap<String, Added>,
}

impl Pool {
    /// An app client as it stands.
    #[must_use]
    pub fn client(&self, id: &str) -> Option<&Object> {
        self.clients
            .iter()
            .find(|(known, _)| known == id)
            .and_then(|(_, described)| described.as_ref())
    }
}

/// A role as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Who may assume it.
    pub trust: Value,
    /// Its inline policies by name, with the documents that were read.
    pub inline: BTreeMap<String, Value>,
    /// The ARNs of its managed policies.
    pub attached: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
}

/// A managed policy as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its default version.
    pub document: Value,
    /// The names of the roles, users and groups that have it.
    pub attached_to: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

/// A log group as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct LogGroup {
    /// Days that events are kept; `None` is for ever.
    pub retention: Option<i32>,
    /// Its tags.
    pub tags: Tags,
}

/// What can be said of a function besides its code.
#[derive(Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Words for people.
    pub description: String,
    /// Its execution role.
    pub role_arn: String,
    /// `provided.al2023`.
    pub runtime: String,
    /// `bootstrap`.
    pub handler: String,
    /// MB.
    pub memory: i32,
    /// Seconds.
    pub timeout: i32,
    /// Its environment; holds the ExternalId, so that it is never shown.
    pub environment: Tags,
}

/// A function as it stands.
#[derive(Clone)]
pub struct Function {
    /// What it is set to.
    pub configuration: Configuration,
    /// base64(sha256(zip)).
    pub code_sha256: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// The resource policy: who may invoke it.
    pub policy: Value,
    /// Its tags.
    pub tags: Tags,
    /// When code or configuration was last changed, in seconds since 1970.
    pub modified: Option<i64>,
}

impl Function {
    /// Whether it runs as the one role and uses the other, with the ExternalId of 256 bits that
    /// only the trust policy there has.
    #[must_use]
    pub fn uses(&self, access_role_arn: &str, lambda_role_arn: &str, access_trust: &Value) -> bool {
        let set = &self.configuration;
        let variable = |name: &str| set.environment.get(name).map(String::as_str);
        let external_id = documents::external_id(access_trust);
        set.role_arn == lambda_role_arn
            && variable(env::OLD_ROLE_ARN) == Some(access_role_arn)
            && external_id.is_some()
            && variable(env::OLD_EXTERNAL_ID) == external_id
    }
}

/// The statement of this id in a resource policy.
#[must_use]
pub fn statement<'a>(policy: &'a Value, id: &str) -> Option<&'a Value> {
    policy
        .get("Statement")?
        .as_array()?
        .iter()
        .find(|statement| statement.get("Sid").and_then(Value::as_str) == Some(id))
}
