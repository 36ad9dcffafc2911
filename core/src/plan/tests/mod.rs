//! The plan as a pure function: its changes from each relevant state, their order, and when it
//! fails.

pub(crate) mod accounts;
mod cloud;
mod dedicated;
mod order;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::json;

use super::runnable::{is_changeable, is_readable};
use super::{Action, Change, Edit, Guard, Plan, Reason, setup, teardown};
use crate::cognito::flows::ADMIN_PASSWORD;
use crate::desired::Desired;
use crate::identity::Side;
use crate::lambda::{State, Why};
use crate::names::Names;
use crate::observed::{Function, NewSide, Observed, OldSide};
use crate::package::Package;
use crate::problem::Severity;
use crate::record::{self, Tags};
use crate::resource::{
    Call, ClientCall, FunctionCall, Kind, LogGroupCall, Ownership, PolicyCall, PoolCall, RoleCall,
};
use accounts::{EXTERNAL_ID, LOG_USER_KEY, desired, fresh, identity, object, set_up};

fn planned((old, new): &(OldSide, NewSide)) -> Plan {
    setup(&desired(), old, new).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn refused(state: &(OldSide, NewSide)) -> String {
    refused_with(&desired(), state)
}

fn refused_with(desired: &Desired, (old, new): &(OldSide, NewSide)) -> String {
    match setup(desired, old, new) {
        Ok(plan) => panic!("{:?}", lines(&plan)),
        Err(refusal) => refusal.words(),
    }
}

fn torn_down((old, new): (OldSide, NewSide)) -> Plan {
    let observed = Observed {
        old: Some(old),
        new: Some(new),
    };
    teardown(&Names::new(None), &observed, false)
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |change: &super::Change| {
        format!(
            "{} {} {} {}",
            change.address.side.as_str(),
            change.action.glyph(),
            change.address.kind.as_str(),
            change.address.name
        )
    };
    plan.changes.iter().map(line).collect()
}

/// The calls of a change.
fn calls(change: &Change) -> Vec<&Call> {
    change.steps.iter().map(|step| &step.call).collect()
}

fn deletes(call: &Call) -> bool {
    matches!(
        call,
        Call::Role(RoleCall::Delete)
            | Call::Policy(PolicyCall::Delete)
            | Call::LogGroup(LogGroupCall::Delete)
            | Call::Function(FunctionCall::Delete)
            | Call::Client(ClientCall::DeleteCreated { .. })
    )
}

/// Law 7: a resource of any kind is deleted only if the deployment manages it.
#[test]
fn only_managed_resources_of_each_kind_are_deleted() {
    let mut deleted = BTreeSet::new();
    for state in [set_up(), dedicated::set_up_with_dedicated()] {
        for change in torn_down(state).changes {
            let kind = change.address.kind;
            assert!(
                change
                    .steps
                    .iter()
                    .all(|step| step.on.kind == step.call.kind())
            );
            if change.action != Action::Delete {
                assert!(!deletes(&change.steps[0].call), "{:?}", change.address);
                continue;
            }
            deleted.insert(kind);
            match kind.ownership() {
                Ownership::Tag => assert!(
                    matches!(
                        &change.steps[0].guard,
                        Some(Guard::Managed { address, deployment })
                            if *address == change.address && deployment == "default"
                    ),
                    "{:?}",
                    change.address
                ),
                Ownership::Record => assert!(calls(&change).iter().all(|call| {
                    matches!(
                        call,
                        Call::Client(ClientCall::DeleteCreated {
                            recorded: Some(_),
                            ..
                        })
                    )
                })),
                Ownership::Never => panic!("{:?}", change.address),
            }
        }
    }
    let kinds = Kind::ALL.into_iter();
    let owned = kinds.filter(|kind| kind.ownership() != Ownership::Never);
    assert_eq!(deleted, owned.collect());
}

#[test]
fn a_first_setup_creates_everything_in_the_order_of_dependencies() {
    assert_eq!(
        lines(&planned(&fresh())),
        [
            "old + role cognito-access-role",
            "old ~ app client oldclient",
            "new + log group /aws/lambda/cognito-migration-lambda",
            "new + policy cognito-migration-lambda-policy",
            "new + role cognito-migration-lambda",
            "new + function cognito-migration-lambda",
            "new + permission cognito-user-migration",
            "new ~ app client newclient",
            "new ~ user pool eu-central-1_new",
        ]
    );
}

#[test]
fn a_deployment_in_sync_has_no_changes() {
    assert_eq!(lines(&planned(&set_up())), Vec::<String>::new());
}

#[test]
fn teardown_restores_the_trigger_first_and_deletes_the_records_last() {
    assert_eq!(
        lines(&torn_down(set_up())),
        [
            "new ~ user pool eu-central-1_new",
            "new ~ app client newclient",
            "new - function cognito-migration-lambda",
            "new - log group /aws/lambda/cognito-migration-lambda",
            "new - policy cognito-migration-lambda-policy",
            "new - role cognito-migration-lambda",
            "old ~ app client oldclient",
            "old - role cognito-access-role",
        ]
    );
    assert!(torn_down(fresh()).changes.is_empty());
}

/// Law 3: from each state, no flow is added and no trigger is replaced before the tag that records
/// it is written.
#[test]
fn the_record_is_written_before_the_change() {
    let mut states = vec![fresh()];
    let (mut old, mut new) = set_up();
    old.role.iter_mut().for_each(|role| {
        role.tags.remove(&record::client_key("oldclient"));
    });
    new.role.iter_mut().for_each(|role| {
        role.tags.remove(&record::client_key("newclient"));
    });
    (old.pool, new.pool) = (fresh().0.pool, fresh().1.pool);
    states.push((old, new));
    for state in states {
        let mut recorded = BTreeSet::new();
        let mut added = 0;
        for step in planned(&state)
            .changes
            .iter()
            .flat_map(|change| &change.steps)
        {
            match &step.call {
                Call::Role(RoleCall::Create { tags, .. } | RoleCall::Tag { tags }) => {
                    recorded.extend(tags.keys().cloned());
                }
                Call::Client(ClientCall::AddFlow { .. }) => {
                    assert!(recorded.contains(&record::client_key(&step.on.name)));
                    added += 1;
                }
                _ => {}
            }
        }
        assert_eq!(added, 2);
    }
}

/// Law 4: the first record of an app client is kept.
#[test]
fn the_first_record_is_kept() {
    let (mut old, new) = set_up();
    old.pool = fresh().0.pool;
    old.role.iter_mut().for_each(|role| {
        let key = record::client_key("oldclient");
        role.tags
            .insert(key, "ALLOW_ADMIN_USER_PASSWORD_AUTH to none".into());
    });
    let plan = planned(&(old, new));
    assert_eq!(lines(&plan), ["old ~ app client oldclient"]);
}

#[test]
fn an_app_client_that_is_no_longer_used_is_restored() {
    let (old, mut new) = set_up();
    new.role.iter_mut().for_each(|role| {
        let key = record::client_key("gone");
        role.tags.insert(key, "ALLOW_USER_PASSWORD_AUTH".into());
    });
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    new.pool.clients.push(("gone".into(), Some(object(flows))));
    let plan = planned(&(old, new));
    assert_eq!(lines(&plan), ["new ~ app client gone"]);
    assert!(matches!(
        calls(&plan.changes[0])[..],
        [
            Call::Client(ClientCall::RemoveFlow { .. }),
            Call::Role(RoleCall::Untag { .. })
        ]
    ));
}

/// Law 7, for each kind that has tags.
#[test]
fn a_resource_with_our_name_and_another_tag_is_rejected_and_never_deleted() {
    type Edit = fn(&mut OldSide, &mut NewSide, &str);
    fn retag(tags: Option<&mut Tags>, deployment: &str) {
        if let Some(tags) = tags {
            tags.insert(record::DEPLOYMENT.into(), deployment.into());
        }
    }
    let kinds: [(&str, Edit); 5] = [
        ("role cognito-access-role", |old, _, to| {
            retag(old.role.as_mut().map(|role| &mut role.tags), to);
        }),
        ("role cognito-migration-lambda", |_, new, to| {
            retag(new.role.as_mut().map(|role| &mut role.tags), to);
        }),
        ("policy cognito-migration-lambda-policy", |_, new, to| {
            retag(new.policy.as_mut().map(|policy| &mut policy.tags), to);
        }),
        (
            "log group /aws/lambda/cognito-migration-lambda",
            |_, new, to| {
                retag(new.log_group.as_mut().map(|group| &mut group.tags), to);
            },
        ),
        ("function cognito-migration-lambda", |_, new, to| {
            retag(new.function.as_mut().map(|function| &mut function.tags), to);
        }),
    ];
    for (what, edit) in kinds {
        let (mut old, mut new) = set_up();
        edit(&mut old, &mut new, "another");
        let state = (old, new);
        assert!(refused(&state).contains(what), "{}", refused(&state));
        let plan = torn_down(state);
        let conflicts: Vec<_> = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::Conflict)
            .map(|change| format!("{} {}", change.address.kind.as_str(), change.address.name))
            .collect();
        // The policy can't be deleted either, because it's attached to a role that isn't managed.
        let role_of_the_policy = what == "role cognito-migration-lambda";
        assert!(
            conflicts.contains(&what.to_owned())
                && conflicts.len() == 1 + usize::from(role_of_the_policy)
        );
    }
}

/// A deployment can't be changed to another pool or another account.
#[test]
fn another_pool_or_account_is_rejected() {
    for (key, value) in [
        (record::POOL, "eu-west-1_other"),
        (record::PEER, "333333333333"),
    ] {
        let (mut old, new) = set_up();
        old.role.iter_mut().for_each(|role| {
            role.tags.insert(key.into(), value.into());
        });
        let refusal = refused(&(old, new));
        assert!(
            refusal.contains(value) && refusal.contains("--suffix"),
            "{refusal}"
        );
    }
}

#[test]
fn another_trigger_is_rejected_or_recorded() {
    let other = "arn:aws:lambda:eu-central-1:222222222222:function:other:$LATEST";
    let (old, mut new) = fresh();
    new.pool.described = Some(object(json!({"LambdaConfig": {"UserMigration": other}})));
    let state = (old, new);
    assert!(refused(&state).contains(other));

    let mut desired = desired();
    desired.replace_trigger = true;
    let plan = setup(&desired, &state.0, &state.1).unwrap_or_else(|refusal| panic!("{refusal}"));
    let recorded = plan
        .changes
        .iter()
        .flat_map(|change| &change.steps)
        .any(|step| {
            matches!(&step.call, Call::Role(RoleCall::Create { tags, .. })
            if tags.get(record::TRIGGER_BEFORE).is_some_and(|tag| record::arn_from_tag(tag) == other))
        });
    assert!(recorded);
}

/// Law 5, for the trigger: the current one, the previous one, and the action of teardown.
#[test]
fn the_trigger_is_compared_and_restored() {
    type Row<'a> = (Option<&'a str>, Option<&'a str>, bool, Option<Action>);
    let names = Names::new(None);
    let own = names.function_arn(&identity(Side::New));
    let (update, conflict) = (Some(Action::Update), Some(Action::Conflict));
    let table: [Row<'_>; 9] = [
        (Some(&own), None, false, update),
        (Some(&own), Some("before"), false, update),
        (Some(&own), Some("before"), true, update),
        (None, None, false, None),
        (None, Some("before"), false, conflict),
        (None, Some("before"), true, None),
        (Some("before"), Some("before"), false, None),
        (Some("other"), None, false, conflict),
        (Some("other"), Some("before"), false, conflict),
    ];
    // Without its role, the deployment never attached a trigger.
    let (old, mut new) = set_up();
    let other = json!({"LambdaConfig": {"UserMigration": "other"}});
    new.pool.described = Some(object(other));
    (new.role, new.function) = (None, None);
    let plan = torn_down((old, new));
    assert!(
        plan.changes
            .iter()
            .all(|change| change.address.kind != Kind::UserPool)
    );
    for (current, before, gone, action) in table {
        let (old, mut new) = set_up();
        let triggers = current.map_or(json!({}), |arn| json!({"UserMigration": arn}));
        new.pool.described = Some(object(json!({"LambdaConfig": triggers})));
        if let (Some(before), Some(role)) = (before, &mut new.role) {
            role.tags
                .insert(record::TRIGGER_BEFORE.into(), before.into());
        }
        new.before_is_gone = gone;
        let plan = torn_down((old, new));
        let change = plan
            .changes
            .iter()
            .find(|change| change.address.kind == Kind::UserPool);
        assert_eq!(
            change.map(|change| change.action),
            action,
            "{current:?} {before:?}"
        );
        let is_reported = plan.changes.iter().any(|change| {
            (
                change.action,
                change.address.kind.as_str(),
                Some(change.address.name.as_str()),
            ) == (Action::Conflict, "function", before)
        });
        assert_eq!(is_reported, gone, "{current:?} {before:?}");
        let before = before.filter(|_| !gone);
        if action == Some(Action::Update) {
            let set = change.map(calls).unwrap_or_default();
            assert!(
                matches!(set[..], [Call::Pool(PoolCall::SetTrigger { to, .. })] if to.as_deref() == before)
            );
        }
    }
}

#[test]
fn a_recreated_role_is_set_on_the_function_again() {
    let (old, mut new) = set_up();
    new.role = None;
    let lines = lines(&planned(&(old, new)));
    assert_eq!(
        lines,
        [
            "new + role cognito-migration-lambda",
            "new ~ function cognito-migration-lambda"
        ]
    );
}

/// A setup that is killed after it recreated the role leaves a role that is younger than the
/// function. In a normal setup both can have the same second.
#[test]
fn a_role_younger_than_the_function_is_set_on_it_again() {
    for (later, expected) in [(-1, 0), (0, 0), (1, 1)] {
        let (old, mut new) = set_up();
        new.role.iter_mut().for_each(|role| {
            role.created = role.created.map(|created| created + later);
        });
        let plan = planned(&(old, new));
        let steps: Vec<_> = plan.changes.iter().flat_map(|c| &c.steps).collect();
        assert_eq!(steps.len(), expected, "{later} s");
        assert!(
            steps
                .iter()
                .all(|s| matches!(s.call, Call::Function(FunctionCall::Configure { .. })))
        );
    }
}

/// Lambda accepts no other change of a failed function.
#[test]
fn a_failed_function_is_created_again_with_what_others_added() {
    let (old, mut new) = set_up();
    let why = Why {
        code: "InternalError".into(),
        message: "text".into(),
    };
    let own = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    if let Some(function) = &mut new.function {
        function.state = State::Failed(why.clone());
        function.others = object(json!({"KMSKeyArn": "key"}));
        function.reserved = Some(3);
        let others = [
            own("team", "accounts"),
            own("aws:cloudformation:stack-id", "s"),
        ];
        function.tags.extend(others);
        let statements = function.policy["Statement"].as_array_mut();
        statements
            .expect("statements")
            .push(json!({"Sid": "theirs"}));
    }
    let plan = planned(&(old, new));
    let all = [
        "new ~ function cognito-migration-lambda",
        "new + permission cognito-user-migration",
    ];
    assert_eq!(lines(&plan), all);
    let change = &plan.changes[0];
    let reason = Reason::Failed {
        why,
        kept: vec!["KMSKeyArn".into(), "ReservedConcurrentExecutions".into()],
        lost: vec!["theirs".into()],
    };
    assert_eq!(change.reason, Some(reason));
    let [Call::Function(FunctionCall::Recreate(recreation))] = calls(change)[..] else {
        panic!("another call");
    };
    let desired = desired();
    assert!(recreation.set == desired.configuration);
    assert_eq!(recreation.others, object(json!({"KMSKeyArn": "key"})));
    assert_eq!(recreation.reserved, Some(3));
    let mut tags = desired.new_tags;
    tags.extend([own("team", "accounts")]);
    assert_eq!(recreation.tags, tags);
    assert!(matches!(change.steps[0].guard, Some(Guard::Managed { .. })));
}

#[test]
fn a_failed_update_is_sent_again_and_other_states_are_not_changed() {
    let state = |state: State| {
        let (old, mut new) = set_up();
        new.function
            .iter_mut()
            .for_each(|one| one.state = state.clone());
        planned(&(old, new))
    };
    let plan = state(State::UpdateFailed(Why::default()));
    assert!(matches!(
        calls(&plan.changes[0])[..],
        [
            Call::Function(FunctionCall::Configure { .. }),
            Call::Function(FunctionCall::UpdateCode { .. })
        ]
    ));
    assert!(matches!(
        plan.changes[0].reason,
        Some(Reason::UpdateFailed { .. })
    ));
    let plan = state(State::Other("Deactivated".into(), Why::default()));
    assert_eq!(lines(&plan), ["new ! function cognito-migration-lambda"]);
    assert!(plan.is_empty());
    for same in [
        State::Inactive(Why::default()),
        State::Changing(Why::default()),
    ] {
        let is_inactive = matches!(same, State::Inactive(_));
        let plan = state(same);
        assert_eq!(lines(&plan), [""; 0]);
        let warned = plan
            .warnings
            .iter()
            .any(|one| one.id == "function-inactive");
        assert_eq!(warned, is_inactive);
    }
}

/// A package that an earlier setup deployed from a file is in no later run.
#[test]
fn setup_fails_for_a_function_that_it_cannot_change() {
    let (_, new) = set_up();
    let mut function = new.function.expect("a function");
    let package = desired().package;
    let without = Package {
        zip: Cow::default(),
        ..package.clone()
    };
    let id = |function: &Function, package| {
        is_changeable("f", function, package)
            .err()
            .map(|one| one.id)
    };
    assert_eq!(id(&function, &without), None);
    function.state = State::Failed(Why::default());
    assert_eq!(id(&function, &package), None);
    assert_eq!(id(&function, &without), Some("package-lost"));
    function.state = State::Other("Deleting".into(), Why::default());
    assert_eq!(id(&function, &package), Some("function-blocked"));
    assert!(is_readable("f", "new account", &function).is_ok());
    function.unreadable = Some(Why {
        code: "AccessDeniedException".into(),
        message: "KMS access denied".into(),
    });
    function.others = object(json!({"KMSKeyArn": "arn:aws:kms:key"}));
    let words = is_readable("f", "new account", &function).expect_err("an error");
    for text in ["KMS access denied", "kms:Decrypt on arn:aws:kms:key"] {
        assert!(words.words().contains(text), "{text}");
    }
}

/// After an update of the code, the function looks younger than its role.
#[test]
fn a_role_is_set_again_before_the_code_is_updated() {
    let (old, mut new) = set_up();
    new.role.iter_mut().for_each(|role| {
        role.created = role.created.map(|created| created + 1);
    });
    new.function.iter_mut().for_each(|function| {
        function.code_sha256 = "another".into();
    });
    let plan = planned(&(old, new));
    assert!(matches!(
        calls(&plan.changes[0])[..],
        [
            Call::Function(FunctionCall::Configure { .. }),
            Call::Function(FunctionCall::UpdateCode { .. })
        ]
    ));
}

/// The record of an earlier role is lost with it. The new record marks this, and teardown reports
/// it.
#[test]
fn existing_settings_are_recorded_as_unknown_when_a_role_is_recreated() {
    let (mut old, mut new) = set_up();
    (old.role, new.role) = (None, None);
    let plan = planned(&(old, new));
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    let recorded: Vec<_> = steps
        .filter_map(|step| match &step.call {
            Call::Role(RoleCall::Create { tags, .. }) => Some(tags),
            _ => None,
        })
        .flatten()
        .filter(|(_, value)| *value == record::UNKNOWN)
        .map(|(key, _)| key.clone())
        .collect();
    let (one, two) = (
        record::client_key("oldclient"),
        record::client_key("newclient"),
    );
    assert_eq!(recorded, [one, two, record::TRIGGER_BEFORE.to_owned()]);
}

#[test]
fn no_text_has_the_external_id_or_the_key_of_the_log() {
    let state = fresh();
    for plan in [planned(&state), torn_down(set_up())] {
        for change in plan.changes {
            let text = format!(
                "{:?} {:?} {:?}",
                change.address, change.edits, change.reason
            );
            for secret in [EXTERNAL_ID, LOG_USER_KEY] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
}

/// A flow that two deployments use is removed with the last of them.
#[test]
fn a_flow_that_another_deployment_uses_is_recorded_and_kept() {
    let added = crate::cognito::flows::Added {
        flow: ADMIN_PASSWORD.modern.into(),
        had_none: false,
        rotated: false,
    };
    let (mut old, new) = fresh();
    old.pool = set_up().0.pool;
    old.pool.shared.insert("oldclient".into(), added.clone());
    let plan = planned(&(old, new));
    let key = record::client_key("oldclient");
    assert!(
        plan.changes
            .iter()
            .flat_map(|change| &change.steps)
            .any(|step| matches!(&step.call, Call::Role(RoleCall::Create { tags, .. }) if tags.contains_key(&key)))
    );
    assert!(!lines(&plan).contains(&"old ~ app client oldclient".to_owned()));

    let (mut old, new) = set_up();
    old.pool.shared.insert("oldclient".into(), added);
    let plan = torn_down((old, new));
    assert!(!lines(&plan).contains(&"old ~ app client oldclient".to_owned()));
    let [warning] = &plan.warnings[..] else {
        panic!("{:?}", plan.warnings);
    };
    assert_eq!(
        (warning.id, warning.severity),
        ("flow-shared", Severity::Info)
    );
    assert!(warning.summary.contains("oldclient"));
}

#[test]
fn an_environment_that_lambda_would_reject_fails_before_any_change() {
    let mut desired = desired();
    let (old, new) = fresh();
    let environment = |attributes: usize| "a".repeat(attributes);
    let set = |desired: &mut Desired, attributes| {
        let variables = &mut desired.configuration.environment;
        variables.insert("ATTRIBUTES".into(), environment(attributes));
        serde_json::json!(variables).to_string().len()
    };
    let room = 4096 - set(&mut desired, 0);
    assert_eq!(set(&mut desired, room), 4096);
    assert!(setup(&desired, &old, &new).is_ok());
    set(&mut desired, room + 1);
    let refusal = refused_with(&desired, &(old, new));
    assert!(
        refusal.contains("4097 bytes") && refusal.contains("--drop-attribute"),
        "{refusal}"
    );
}

/// A verify or a setup without the options of the last setup must show what it would change back.
#[test]
fn changes_of_the_configuration_are_printed_except_for_secrets() {
    let (old, mut new) = set_up();
    let function = new.function.as_mut().expect("a function");
    let variables = &mut function.configuration.environment;
    variables.insert(
        "ATTRIBUTES".into(),
        "sub=custom:old,email,custom:a=custom:b".into(),
    );
    variables.insert("OLD_CLIENT_ID".into(), "another".into());
    variables.insert("LOG_USER_KEY".into(), "another-key".into());
    variables.insert("OLD_EXTERNAL_ID".into(), "another-external-id".into());
    let plan = planned(&(old, new));
    let text = |value: &str| Some(value.to_owned());
    let (client, list) = ("environment.OLD_CLIENT_ID", "environment.ATTRIBUTES");
    let expected = [
        Edit::remove(list, "custom:a=custom:b"),
        Edit::remove(list, "sub=custom:old"),
        Edit::secret("environment.LOG_USER_KEY"),
        Edit::set(client, text("another"), text("oldclient")),
        Edit::secret("environment.OLD_EXTERNAL_ID"),
    ];
    assert_eq!(plan.changes[0].edits, expected);
}

#[test]
fn a_value_is_compared_unescaped_and_printed_escaped() {
    let (old, mut new) = set_up();
    let mut desired = desired();
    let quoted = "custom:o'clock";
    for set in [
        &mut desired.configuration,
        &mut new.function.as_mut().expect("a function").configuration,
    ] {
        set.environment.insert("ATTRIBUTES".into(), quoted.into());
    }
    desired.configuration.memory += 1;
    let plan = setup(&desired, &old, &new).expect("a plan");
    assert_eq!(plan.changes[0].edits, [Edit::of("configuration")]);
}

/// Otherwise, anyone who can configure the function could inject workflow commands into the plan.
#[test]
fn attack_a_configuration_of_several_lines() {
    let (old, mut new) = set_up();
    if let Some(function) = &mut new.function {
        for name in ["OLD_CLIENT_ID", "ATTRIBUTES"] {
            let value = "x\n::add-path::/tmp\r\u{1b}[2J";
            let set = &mut function.configuration.environment;
            set.insert(name.into(), value.into());
        }
    }
    let plan = planned(&(old, new));
    let edits = plan.changes[0].edits.iter();
    let values: Vec<_> = edits.filter_map(|edit| edit.before.as_deref()).collect();
    assert!(values.concat().contains("add-path"), "{values:?}");
    assert!(!values.concat().contains(char::is_control), "{values:?}");
}
