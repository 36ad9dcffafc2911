//! What should stand once setup is done, as values. Pure.

use rules::env;
use serde_json::Value;

use crate::cognito::client;
use crate::iam::documents::{
    ACCESS_ROLE_POLICY, ACCESS_ROLE_POLICY_WITH_SECRET, ACCESS_ROLE_TRUST, LAMBDA_POLICY,
    LAMBDA_ROLE_TRUST, fill,
};
use crate::identity::Identity;
use crate::names::Names;
use crate::observed::{Configuration, NewSide, OldSide, Pool};
use crate::package::Package;
use crate::record::{self, Tags};
use crate::reference::Listed;

/// Seconds in which Cognito wants its answer; not adjustable there.
const TRIGGER_TIMEOUT: i32 = 5;
/// MB; Lambda gives CPU in proportion, and the handler needs some for TLS.
const MEMORY: i32 = 256;

/// Days that the function's logs are kept, unless an option says otherwise.
pub const LOG_RETENTION: i32 = 30;

/// In the place of the id of an app client that is still to be made.
pub const ID_TO_COME: &str = "(known once it is made)";

/// Values with the id of the app client that was made meanwhile.
#[must_use]
pub fn with_client(values: &Tags, made: Option<&String>) -> Tags {
    let mut values = values.clone();
    if let Some(id) = made {
        let to_come = values.values_mut();
        to_come
            .filter(|value| *value == ID_TO_COME)
            .for_each(|value| value.clone_from(id));
    }
    values
}

/// The app client of the old pool that passwords are checked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OldClient {
    /// One of an application's.
    Applications {
        /// Its id.
        id: String,
        /// Whether it has a secret, which the function then has to read.
        has_secret: bool,
    },
    /// One of the deployment's own.
    Dedicated {
        /// Its id, where one stands that is as it was made.
        id: Option<String>,
    },
}

impl OldClient {
    /// The dedicated one that stands as it was made: of several, the one that the function asks
    /// through already.
    #[must_use]
    pub fn dedicated(old_side: &OldSide, new_side: &NewSide) -> Self {
        let function = new_side.function.as_ref();
        let asked = function
            .and_then(|function| function.configuration.environment.get(env::OLD_CLIENT_ID));
        let fit = || {
            let clients = old_side.dedicated.iter();
            let fit = clients.filter(|(_, client)| client::is_dedicated(client));
            fit.map(|(id, _)| id)
        };
        let in_use = fit().find(|id| Some(*id) == asked);
        Self::Dedicated {
            id: in_use.or_else(|| fit().next()).cloned(),
        }
    }

    /// That of an application, as the pool has it.
    #[must_use]
    pub fn applications(id: &str, pool: &Pool) -> Self {
        Self::Applications {
            id: id.to_owned(),
            has_secret: pool.client(id).is_some_and(client::has_secret),
        }
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

/// The pool of one side and those of its app clients that take part.
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

/// Everything that setup makes, and what it changes.
pub struct Desired {
    /// What things are called.
    pub names: Names,
    /// The pool that users come from, with the application's client that takes part.
    pub old: Target,
    /// What passwords are checked through.
    pub old_client: OldClient,
    /// The pool that users go to.
    pub new: Target,
    /// Who may assume the access role.
    pub access_trust: Value,
    /// What the access role may do.
    pub access_policy: Value,
    /// Tags in the old account.
    pub old_tags: Tags,
    /// Who may assume the Lambda's role.
    pub lambda_trust: Value,
    /// What the Lambda may do.
    pub lambda_policy: Value,
    /// Tags in the new account.
    pub new_tags: Tags,
    /// How the function is set.
    pub configuration: Configuration,
    /// Its code.
    pub package: Package,
    /// Days that its logs are kept.
    pub log_retention: i32,
    /// Whether another trigger may be replaced.
    pub replace_trigger: bool,
    /// Whether what lost its tags may be tagged again.
    pub adopt: bool,
}

/// What was decided by the user, and found.
pub struct Choices {
    /// What things are called.
    pub names: Names,
    /// The old side.
    pub old: Target,
    /// What passwords are checked through.
    pub old_client: OldClient,
    /// The new side.
    pub new: Target,
    /// The ExternalId that stands, or a new one.
    pub external_id: String,
    /// The code.
    pub package: Package,
    /// Days that logs are kept.
    pub log_retention: i32,
    /// Whether another trigger may be replaced.
    pub replace_trigger: bool,
    /// Whether what lost its tags may be tagged again.
    pub adopt: bool,
    /// What the function has to know to decide on a user.
    pub variables: Tags,
}

impl Desired {
    /// What the access role may do where the function has to read a client's secret.
    #[must_use]
    pub fn access_policy_with_secret(&self) -> Value {
        fill(
            ACCESS_ROLE_POLICY_WITH_SECRET,
            &[("OLD_POOL_ARN", &self.old.pool_arn())],
        )
    }

    /// From what was chosen to every document, tag and variable.
    #[must_use]
    pub fn new(choices: Choices) -> Self {
        let Choices {
            names,
            old,
            old_client,
            new,
            external_id,
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
        // The secret itself would stand there for whoever may read a configuration.
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
            old_tags: old.tags(&names, &new.identity),
            lambda_trust: fill(LAMBDA_ROLE_TRUST, &[]),
            lambda_policy: fill(
                LAMBDA_POLICY,
                &[
                    ("ACCESS_ROLE_ARN", &access_role_arn),
                    ("LOG_GROUP_ARN", &names.log_group_arn(&new.identity)),
                ],
            ),
            new_tags: new.tags(&names, &old.identity),
            configuration: Configuration {
                description: format!(
                    "Moves users of {} to {} at sign-in",
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
