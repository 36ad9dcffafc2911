//! The existing resources of both accounts, as they were read.

use std::collections::{BTreeMap, BTreeSet};

use rules::env;
use rules::settings::Rules;
use rules::user_hash::LogKey;
use serde_json::Value;

use crate::call::CallError;
use crate::cognito::flows::Added;
use crate::cognito::lossless::Object;
use crate::cognito::pool;
use crate::iam::documents;
use crate::identity::{Identity, Side};
use crate::lambda::{State, Why};
use crate::names::Names;
use crate::record::Tags;
use crate::reference::Listed;
use crate::selected::{Selected, SelectedBy};
use crate::text::on_one_line;

/// The existing resources of both sides. A side is absent if no profile of its account is given.
pub struct Observed {
    /// The old side.
    pub old: Option<OldSide>,
    /// The new side.
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

/// The existing resources of the old account.
#[derive(Clone)]
pub struct OldSide {
    /// `cognito-access-role`.
    pub role: Option<Role>,
    /// The user pool and its app clients.
    pub pool: Pool,
    /// The app clients with the name of the dedicated one, sorted by id.
    pub dedicated: Vec<(String, Object)>,
}

impl OldSide {
    /// The `ExternalId` in the role's trust policy, if cogmig created it.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        documents::external_id(&self.role.as_ref()?.trust)
    }
}

/// The existing resources of the new account.
pub struct NewSide {
    /// The identity of the account.
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
    /// Whether the function of the replaced trigger no longer exists.
    pub before_is_gone: bool,
}

/// A user pool and the app clients that the deployment may use.
#[derive(Clone, Default)]
pub struct Pool {
    /// Its id; empty if it's unknown.
    pub id: String,
    /// As DescribeUserPool returns it; `None` if it doesn't exist.
    pub described: Option<Object>,
    /// App clients by id, as DescribeUserPoolClient returns them.
    pub clients: Vec<(String, Option<Object>)>,
    /// Flows of app clients that other deployments have on record. A flow is removed only with its
    /// last record.
    pub shared: BTreeMap<String, Added>,
    /// What only some checks need.
    pub extras: Extras,
}

/// A read that isn't required. `None` if it wasn't made.
pub type Optional<T> = Option<std::result::Result<T, CallError>>;

/// Reads about a user pool that only some checks need. If one fails, the check is skipped.
#[derive(Clone, Default)]
pub struct Extras {
    /// The MFA settings, as GetUserPoolMfaConfig returns them.
    pub mfa: Optional<Object>,
    /// The scopes of the pool's resource servers, as app clients refer to them.
    pub scopes: Optional<BTreeSet<String>>,
    /// The names of the pool's identity providers.
    pub providers: Optional<BTreeSet<String>>,
}

impl Pool {
    /// An existing app client.
    #[must_use]
    pub fn client(&self, id: &str) -> Option<&Object> {
        self.clients
            .iter()
            .find(|(known, _)| known == id)
            .and_then(|(_, described)| described.as_ref())
    }
}

/// An existing role.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its path, which can't be changed.
    pub path: String,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Its trust policy.
    pub trust: Value,
    /// Its inline policies by name; only some documents are read.
    pub inline: BTreeMap<String, Value>,
    /// The ARNs of its managed policies.
    pub attached: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
    /// The time of its creation, in seconds since 1970.
    pub created: Option<i64>,
}

/// An existing managed policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The document of its default version.
    pub document: Value,
    /// The names of the roles, users and groups that it's attached to.
    pub attached_to: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

/// An existing log group.
#[derive(Clone, Debug, PartialEq)]
pub struct LogGroup {
    /// Its retention in days; `None` means that events never expire.
    pub retention: Option<i32>,
    /// When it was created, in seconds since 1970.
    pub created: Option<i64>,
    /// Its tags.
    pub tags: Tags,
}

/// The configuration of a function, without its code.
#[derive(Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Its description.
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
    /// Its environment, which has the ExternalId and is never printed.
    pub environment: Tags,
}

/// An existing function.
#[derive(Clone)]
pub struct Function {
    /// Its configuration.
    pub configuration: Configuration,
    /// base64(sha256(zip)).
    pub code_sha256: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Its resource policy.
    pub policy: Value,
    /// Its tags.
    pub tags: Tags,
    /// The time of the last change of code or configuration, in seconds since 1970.
    pub modified: Option<i64>,
    /// Its state.
    pub state: State,
    /// The settings that others added to it, as members of a CreateFunction request.
    pub others: Object,
    /// Its reserved concurrency.
    pub reserved: Option<i32>,
    /// Why Lambda doesn't return its environment. The environment is empty then.
    pub unreadable: Option<Why>,
}

impl NewSide {
    /// Whether the pool's trigger is the deployment's function.
    #[must_use]
    pub fn is_attached(&self, names: &Names) -> bool {
        let trigger = self.pool.described.as_ref().and_then(pool::trigger);
        trigger.is_some_and(|arn| names.is_function(&self.identity, arn))
    }

    /// The key of the log's hash of users in the function's environment, if it is valid.
    #[must_use]
    pub fn log_user_key(&self) -> Option<&str> {
        let function = self.function.as_ref()?;
        let key = function.configuration.environment.get(env::LOG_USER_KEY)?;
        LogKey::of_hex(key).map(|_| key.as_str())
    }

    /// The hash of a user of the old pool in the function's log. `None` if the log has no users.
    #[must_use]
    pub fn log_user_hash(&self, rules: &Rules, username: &str) -> Option<String> {
        let key = LogKey::of_hex(self.log_user_key()?)?;
        Some(key.hash(username, rules.names.old_case_sensitive))
    }
}

impl Function {
    /// Whether it must be deleted and created again.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// Whether it runs as the Lambda role and uses the access role with the ExternalId of the
    /// access role's trust policy. Only this deployment knows the ExternalId, which has 256 bits.
    #[must_use]
    pub fn uses(
        &self,
        names: &Names,
        (old, new): (&Identity, &Identity),
        access_trust: &Value,
    ) -> bool {
        let set = &self.configuration;
        let variable = |name: &str| set.environment.get(name).map(String::as_str);
        let external_id = documents::external_id(access_trust);
        names.is_lambda_role(new, &set.role_arn)
            && variable(env::OLD_ROLE_ARN).is_some_and(|arn| names.is_access_role(old, arn))
            && external_id.is_some()
            && variable(env::OLD_EXTERNAL_ID) == external_id
    }
}

/// The statement with this id in a resource policy.
#[must_use]
pub fn statement<'a>(policy: &'a Value, id: &str) -> Option<&'a Value> {
    policy
        .get("Statement")?
        .as_array()?
        .iter()
        .find(|statement| statement.get("Sid").and_then(Value::as_str) == Some(id))
}
