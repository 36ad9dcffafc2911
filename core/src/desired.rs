//! The desired resources, as values. Pure.

use rules::env;
use serde_json::Value;

use crate::cognito::client;
use crate::iam::documents::{
    ACCESS_ROLE_POLICY, ACCESS_ROLE_POLICY_WITH_SECRET, ACCESS_ROLE_TRUST, LAMBDA_POLICY,
    LAMBDA_ROLE_TRUST, fill,
};
use crate::identity::Identity;
use crate::names::Names;
use crate::observed::{Configuration, NewSide, OldSide};
use crate::package::Package;
use crate::record::{self, Tags};
use crate::reference::Listed;

/// Seconds. Cognito waits five seconds for a trigger, which can't be changed.
const TRIGGER_TIMEOUT: i32 = 5;
/// MB. Lambda allocates CPU in proportion to memory, and the handler needs CPU for TLS.
const MEMORY: i32 = 256;

/// The default retention of the function's logs, in days.
pub const LOG_RETENTION: i32 = 180;

/// The placeholder for the id of an app client that setup creates.
pub const ID_TO_COME: &str = "(known after apply)";

/// Replaces the placeholder with the id of the created app client.
#[must_use]
pub fn with_client(values: &Tags, created: Option<&String>) -> Tags {
    let mut values = values.clone();
    if let Some(id) = created {
        let placeholders = values.values_mut();
        placeholders
            .filter(|value| *value == ID_TO_COME)
            .for_each(|value| value.clone_from(id));
    }
    values
}

/// The app client of the old pool through which passwords are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OldClient {
    /// An app client of an application.
    Applications {
        /// Its id.
        id: String,
        /// Whether it has a secret, which the function has to read.
        has_secret: bool,
    },
    /// An app client that setup creates for the deployment.
    Dedicated {
        /// Its id, if it exists with its original settings.
        id: Option<String>,
    },
}

impl OldClient {
    /// The dedicated app client with its original settings. If several exist, the one that the
    /// function already uses.
    #[must_use]
    pub fn dedicated(old_side: &OldSide, new_side: &NewSide) -> Self {
        let function = new_side.function.as_ref();
        let used = function
            .and_then(|function| function.configuration.environment.get(env::OLD_CLIENT_ID));
        let unchanged = || {
            let clients = old_side.dedicated.iter();
            let unchanged = clients.filter(|(_, client)| client::is_dedicated(client));
            unchanged.map(|(id, _)| id)
        };
        let in_use = unchanged().find(|id| Some(*id) == used);
        Self::Dedicated {
            id: in_use.or_else(|| unchanged().next()).cloned(),
        }
    }

    /// An app client of an application.
    #[must_use]
    pub fn applications(id: &str, has_secret: bool) -> Self {
        Self::Applications {
            id: id.to_owned(),
            has_secret,
        }
    }

    /// Whether a function with this environment reads the secret of the app client.
    #[must_use]
    pub fn reads_secret(environment: &Tags, id: &str) -> bool {
        let is_same = environment.get(env::OLD_CLIENT_ID).map(String::as_str) == Some(id);
        is_same && environment.contains_key(env::OLD_CLIENT_SECRET)
    }

    fn id(&self) -> &str {
        match self {
            Self::Applications { id, .. } | Self::Dedicated { id: Some(id) } => id,
            Self::Dedicated { id: None } => ID_TO_COME,
        }
    }

    fn has_secret(&self) -> bool {
        matches!(
            self,
            Self::Applications {
                has_secret: true,
                ..
            }
        )
    }
}

/// The user pool of one side, and the app clients that are used in the migration.
#[derive(Clone, Debug)]
pub struct Target {
    /// The account, in the Region of the pool.
    pub identity: Identity,
    /// The user pool.
    pub pool: Listed,
    /// The app clients.
    pub clients: Vec<Listed>,
}

impl Target {
    /// The ARN of the pool.
    #[must_use]
    pub fn pool_arn(&self) -> String {
        let resource = format!("userpool/{}", self.pool.id);
        self.identity.arn("cognito-idp", &resource)
    }

    fn tags(&self, names: &Names, peer: &Identity) -> Tags {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Tags::from([
            tag(record::DEPLOYMENT, &names.deployment),
            tag(record::POOL, &self.pool.id),
            tag(record::PEER, &peer.id),
        ])
    }
}

/// All resources that setup creates and changes.
pub struct Desired {
    /// The names of the resources.
    pub names: Names,
    /// The old user pool, and the application's app client if it's used.
    pub old: Target,
    /// The app client through which passwords are checked.
    pub old_client: OldClient,
    /// The new user pool and its app clients.
    pub new: Target,
    /// The trust policy of the access role.
    pub access_trust: Value,
    /// The permissions of the access role.
    pub access_policy: Value,
    /// The permissions boundary of the access role.
    pub old_boundary: Option<String>,
    /// The tags of the deployment in the old account.
    pub old_tags: Tags,
    /// The trust policy of the Lambda role.
    pub lambda_trust: Value,
    /// The permissions of the Lambda role.
    pub lambda_policy: Value,
    /// The permissions boundary of the Lambda role.
    pub new_boundary: Option<String>,
    /// The tags of the deployment in the new account.
    pub new_tags: Tags,
    /// The tags of the user, in both accounts.
    pub tags: Tags,
    /// The configuration of the function.
    pub configuration: Configuration,
    /// The deployment package of the function.
    pub package: Package,
    /// The retention of its logs, in days.
    pub log_retention: i32,
    /// Whether setup may replace another trigger.
    pub replace_trigger: bool,
    /// Whether setup may write the tags of resources that lost them.
    pub adopt: bool,
}

/// The choices of the user, and the results of the checks.
pub struct Choices {
    /// The names of the resources.
    pub names: Names,
    /// The old side.
    pub old: Target,
    /// The app client through which passwords are checked.
    pub old_client: OldClient,
    /// The new side.
    pub new: Target,
    /// The existing ExternalId, or a new one.
    pub external_id: String,
    /// The deployment package.
    pub package: Package,
    /// The retention of logs, in days.
    pub log_retention: i32,
    /// Whether setup may replace another trigger.
    pub replace_trigger: bool,
    /// Whether setup may write the tags of resources that lost them.
    pub adopt: bool,
    /// The permissions boundaries of the access role and of the Lambda role.
    pub boundaries: [Option<String>; 2],
    /// The tags of the user.
    pub tags: Tags,
    /// The key of the log's hash of users, existing or new. `None` if the log has no users.
    pub log_user_key: Option<String>,
    /// The rules for the function, as variables of its environment.
    pub variables: Tags,
}

impl Desired {
    /// The permissions of the access role if the function has to read the secret of an app client.
    #[must_use]
    pub fn access_policy_with_secret(&self) -> Value {
        fill(
            ACCESS_ROLE_POLICY_WITH_SECRET,
            &[("OLD_POOL_ARN", &self.old.pool_arn())],
        )
    }

    /// The tags of a new resource: these of the deployment, and those of the user.
    #[must_use]
    pub fn with_tags(&self, of_deployment: &Tags) -> Tags {
        let mut tags = of_deployment.clone();
        tags.extend(self.tags.clone());
        tags
    }

    /// The tags of a new role, which also has the keys of the user's tags on record, if they fit.
    #[must_use]
    pub fn with_tags_and_keys(&self, of_deployment: &Tags) -> Tags {
        let mut tags = self.with_tags(of_deployment);
        let keys: Vec<_> = self.tags.keys().map(String::as_str).collect();
        let keys = keys.join("=");
        if !keys.is_empty() && keys.chars().count() <= 256 {
            tags.insert(record::TAG_KEYS.to_owned(), keys);
        }
        tags
    }

    /// Derives all documents, tags and variables from the choices.
    #[must_use]
    pub fn new(choices: Choices) -> Self {
        let Choices {
            names,
            old,
            old_client,
            new,
            external_id,
            log_user_key,
            boundaries: [old_boundary, new_boundary],
            tags,
            variables,
            ..
        } = choices;
        let access_policy = if old_client.has_secret() {
            ACCESS_ROLE_POLICY_WITH_SECRET
        } else {
            ACCESS_ROLE_POLICY
        };
        let access_role_arn = names.access_role_arn(&old.identity);
        let lambda_role_arn = names.lambda_role_arn(&new.identity);
        let mut environment = variables;
        for (name, value) in [
            (env::NEW_USER_POOL_ID, new.pool.id.as_str()),
            (env::OLD_CLIENT_ID, old_client.id()),
            (env::OLD_EXTERNAL_ID, &external_id),
            (env::OLD_ROLE_ARN, &access_role_arn),
            (env::OLD_USER_POOL_ID, &old.pool.id),
            (env::OLD_USER_POOL_REGION, &old.identity.region),
        ] {
            environment.insert(name.to_owned(), value.to_owned());
        }
        if let Some(key) = log_user_key {
            environment.insert(env::LOG_USER_KEY.into(), key);
        }
        // Not the secret itself: anyone who can read the configuration could read it.
        if old_client.has_secret() {
            environment.insert(env::OLD_CLIENT_SECRET.into(), "read".into());
        }
        Self {
            access_trust: fill(
                ACCESS_ROLE_TRUST,
                &[
                    ("PARTITION", &new.identity.partition),
                    ("NEW_ACCOUNT", &new.identity.id),
                    ("LAMBDA_ROLE_ARN", &lambda_role_arn),
                    ("EXTERNAL_ID", &external_id),
                ],
            ),
            access_policy: fill(access_policy, &[("OLD_POOL_ARN", &old.pool_arn())]),
            old_boundary,
            old_tags: old.tags(&names, &new.identity),
            lambda_trust: fill(LAMBDA_ROLE_TRUST, &[]),
            lambda_policy: fill(
                LAMBDA_POLICY,
                &[
                    ("ACCESS_ROLE_ARN", &access_role_arn),
                    ("LOG_GROUP_ARN", &names.log_group_arn(&new.identity)),
                ],
            ),
            new_boundary,
            new_tags: new.tags(&names, &old.identity),
            tags,
            configuration: Configuration {
                description: format!(
                    "Migrates users from {} to {} at sign-in",
                    old.pool.id, new.pool.id
                ),
                role_arn: lambda_role_arn,
                runtime: "provided.al2023".into(),
                handler: "bootstrap".into(),
                memory: MEMORY,
                timeout: TRIGGER_TIMEOUT,
                environment,
            },
            package: choices.package,
            log_retention: choices.log_retention,
            replace_trigger: choices.replace_trigger,
            adopt: choices.adopt,
            names,
            old,
            old_client,
            new,
        }
    }
}
