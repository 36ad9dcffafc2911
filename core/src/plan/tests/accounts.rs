//! Accounts for plans: without any resource of cogmig, and the same after setup.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cognito::flows::ADMIN_PASSWORD;
use crate::cognito::lossless::Object;
use crate::desired::{Choices, Desired, OldClient, Target};
use crate::identity::{Identity, Side};
use crate::lambda::State;
use crate::names::Names;
use crate::observed::{Extras, Function, LogGroup, NewSide, OldSide, Policy, Pool, Role};
use crate::package::{Architecture, Package};
use crate::record::{self, Tags};
use crate::reference::Listed;

/// The time at which the roles and the function were created.
pub(crate) const CREATED: i64 = 1_800_000_000;
pub(crate) const LOG_USER_KEY: &str =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub(crate) const EXTERNAL_ID: &str = "the-external-id-that-is-never-printed";

#[must_use]
pub(crate) fn identity(side: Side) -> Identity {
    let (id, region) = match side {
        Side::Old => ("111111111111", "eu-west-1"),
        Side::New => ("222222222222", "eu-central-1"),
    };
    Identity {
        side,
        profile: side.as_str().into(),
        id: id.into(),
        partition: "aws".into(),
        region: region.into(),
    }
}

#[must_use]
pub(crate) fn named(id: &str) -> Listed {
    Listed {
        id: id.into(),
        name: "name".into(),
    }
}

#[must_use]
pub(crate) fn desired() -> Desired {
    desired_with(OldClient::Applications {
        id: "oldclient".into(),
        has_secret: false,
    })
}

#[must_use]
pub(crate) fn desired_with(old_client: OldClient) -> Desired {
    let target = |side: Side, pool: &str, clients: &[&str]| Target {
        identity: identity(side),
        pool: named(pool),
        clients: clients.iter().map(|client| named(client)).collect(),
    };
    Desired::new(Choices {
        names: Names::new(None),
        old: match old_client {
            OldClient::Applications { .. } => target(Side::Old, "eu-west-1_old", &["oldclient"]),
            OldClient::Dedicated { .. } => target(Side::Old, "eu-west-1_old", &[]),
        },
        old_client,
        new: target(Side::New, "eu-central-1_new", &["newclient"]),
        external_id: EXTERNAL_ID.into(),
        log_user_key: Some(LOG_USER_KEY.into()),
        package: Package {
            zip: b"zip".as_slice().into(),
            sha256: "sha".into(),
            architecture: Architecture::Arm64,
        },
        log_retention: 30,
        replace_trigger: false,
        adopt: false,
        boundaries: [None, None],
        tags: Tags::new(),
        variables: Tags::from([("ATTRIBUTES".into(), "email".into())]),
    })
}

#[must_use]
pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

#[must_use]
pub(crate) fn pool(id: &str, triggers: &Value, client: &str, flows: &[&str]) -> Pool {
    Pool {
        id: id.into(),
        described: Some(object(json!({"Id": id, "LambdaConfig": triggers}))),
        clients: vec![(
            client.into(),
            Some(object(json!({"ExplicitAuthFlows": flows}))),
        )],
        shared: BTreeMap::new(),
        extras: Extras::default(),
    }
}

/// Two accounts without any resource of cogmig.
#[must_use]
pub(crate) fn fresh() -> (OldSide, NewSide) {
    let old = OldSide {
        role: None,
        pool: pool(
            "eu-west-1_old",
            &json!({}),
            "oldclient",
            &["ALLOW_USER_SRP_AUTH"],
        ),
        dedicated: Vec::new(),
    };
    let new = NewSide {
        identity: identity(Side::New),
        role: None,
        policy: None,
        log_group: None,
        function: None,
        pool: pool("eu-central-1_new", &json!({}), "newclient", &[]),
        before_is_gone: false,
    };
    (old, new)
}

/// The same accounts after setup.
#[must_use]
pub(crate) fn set_up() -> (OldSide, NewSide) {
    let desired = desired();
    let names = &desired.names;
    let with = |tags: &Tags, client: &str, added: &str| {
        let mut tags = tags.clone();
        tags.insert(record::client_key(client), added.into());
        tags
    };
    let arn = names.function_arn(&identity(Side::New));
    let old = OldSide {
        role: Some(Role {
            path: names.role_path.clone(),
            boundary: None,
            trust: desired.access_trust.clone(),
            inline: BTreeMap::from([(names.access_policy.clone(), desired.access_policy.clone())]),
            attached: BTreeSet::new(),
            tags: with(&desired.old_tags, "oldclient", ADMIN_PASSWORD.modern),
            created: Some(CREATED),
        }),
        pool: pool(
            "eu-west-1_old",
            &json!({}),
            "oldclient",
            &["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        ),
        dedicated: Vec::new(),
    };
    let new = NewSide {
        identity: identity(Side::New),
        role: Some(Role {
            path: names.role_path.clone(),
            boundary: None,
            trust: desired.lambda_trust.clone(),
            inline: BTreeMap::new(),
            attached: BTreeSet::from([names.lambda_policy_arn(&identity(Side::New))]),
            tags: with(
                &desired.new_tags,
                "newclient",
                "ALLOW_USER_PASSWORD_AUTH to none",
            ),
            created: Some(CREATED),
        }),
        policy: Some(Policy {
            document: desired.lambda_policy.clone(),
            attached_to: vec![names.lambda_role.clone()],
            tags: desired.new_tags.clone(),
        }),
        log_group: Some(LogGroup {
            retention: Some(desired.log_retention),
            created: Some(0),
            tags: desired.new_tags.clone(),
        }),
        function: Some(Function {
            configuration: desired.configuration.clone(),
            code_sha256: "sha".into(),
            architecture: "arm64".into(),
            policy: json!({"Statement": [{
                "Sid": names.permission, "Effect": "Allow", "Action": "lambda:InvokeFunction",
                "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Resource": arn,
                "Condition": {
                    "StringEquals": {"AWS:SourceAccount": "222222222222"},
                    "ArnLike": {"AWS:SourceArn": desired.new.pool_arn()},
                },
            }]}),
            tags: desired.new_tags.clone(),
            modified: Some(CREATED),
            state: State::Active,
            others: Object::new(),
            reserved: None,
            unreadable: None,
        }),
        before_is_gone: false,
        pool: pool(
            "eu-central-1_new",
            &json!({"UserMigration": arn, "PreSignUp": "other"}),
            "newclient",
            &[
                "ALLOW_REFRESH_TOKEN_AUTH",
                "ALLOW_USER_SRP_AUTH",
                "ALLOW_CUSTOM_AUTH",
                "ALLOW_USER_PASSWORD_AUTH",
            ],
        ),
    };
    (old, new)
}
