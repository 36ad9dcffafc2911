//! The dedicated app client: when it's created, replaced, not managed, and deleted.

use serde_json::json;

use super::accounts::{desired, desired_with, fresh, object, set_up};
use super::{calls, lines, refused_with, torn_down};
use crate::cognito::lossless::Object;
use crate::desired::{Desired, ID_TO_COME, OldClient};
use crate::observed::{NewSide, OldSide};
use crate::plan::{Step, Wait, setup, wait};
use crate::problem::Severity;
use crate::record;
use crate::resource::{Call, ClientCall, FunctionCall, RoleCall};

fn desired_client(id: Option<&str>) -> Desired {
    desired_with(OldClient::Dedicated {
        id: id.map(str::to_owned),
    })
}

fn client() -> (String, Object) {
    let client = json!({
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        "AccessTokenValidity": 5, "IdTokenValidity": 5, "RefreshTokenValidity": 60,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"},
    });
    ("own".into(), object(client))
}

/// Both sides after a setup with a dedicated app client.
pub(super) fn set_up_with_dedicated() -> (OldSide, NewSide) {
    let (mut old, mut new) = set_up();
    let desired = desired_client(Some("own"));
    if let Some(role) = &mut old.role {
        role.tags = desired.old_tags.clone();
        role.tags.insert(
            record::DEDICATED_CLIENT.into(),
            desired.names.old_client.clone(),
        );
        role.tags
            .insert(record::DEDICATED_CLIENT_ID.into(), "own".into());
    }
    if let Some(function) = &mut new.function {
        function.configuration = desired.configuration.clone();
    }
    old.pool.clients.clear();
    old.dedicated = vec![client()];
    (old, new)
}

#[test]
fn it_is_created_after_its_record_and_before_the_function_gets_its_id() {
    let (mut old, new) = fresh();
    old.pool.clients.clear();
    let plan = setup(&desired_client(None), &old, &new).expect("a plan");
    assert_eq!(
        lines(&plan)[..2],
        [
            "old + role cognito-access-role",
            "old + app client cognito-migration-lambda"
        ]
    );
    let steps: Vec<_> = plan
        .changes
        .iter()
        .flat_map(|change| &change.steps)
        .collect();
    let place =
        |is: &dyn Fn(&Step) -> bool| steps.iter().position(|step| is(step)).expect("a step");
    let recorded = place(
        &|step| matches!(&step.call, Call::Role(RoleCall::Create { tags, .. }) if tags.contains_key(record::DEDICATED_CLIENT)),
    );
    let created = place(&|step| matches!(step.call, Call::Client(ClientCall::Create { .. })));
    let configured = place(
        &|step| matches!(&step.call, Call::Function(FunctionCall::Create { set, .. }) if set.environment["OLD_CLIENT_ID"] == ID_TO_COME),
    );
    assert!(recorded < created && created < configured);
}

#[test]
fn an_unchanged_app_client_has_no_changes() {
    let (old, new) = set_up_with_dedicated();
    let plan = setup(&desired_client(Some("own")), &old, &new).expect("a plan");
    assert_eq!(lines(&plan), Vec::<String>::new());
}

#[test]
fn a_changed_app_client_is_replaced() {
    let (mut old, new) = set_up_with_dedicated();
    old.dedicated[0].1 = object(json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}));
    let plan = setup(&desired_client(None), &old, &new).expect("a plan");
    assert_eq!(
        lines(&plan),
        [
            "old ~ app client cognito-migration-lambda",
            "new ~ function cognito-migration-lambda"
        ]
    );
    assert!(matches!(
        calls(&plan.changes[0])[..],
        [
            Call::Client(ClientCall::DeleteCreated { .. }),
            Call::Client(ClientCall::Create { .. }),
            Call::Role(RoleCall::Tag { .. })
        ]
    ));
}

#[test]
fn an_app_client_with_its_name_and_without_a_record_is_not_managed() {
    let (mut old, new) = set_up();
    old.dedicated = vec![client()];
    let refusal = refused_with(&desired_client(Some("own")), &(old, new));
    assert!(
        refusal.contains("no record") && refusal.contains("--suffix"),
        "{refusal}"
    );
}

#[test]
fn it_is_deleted_last_when_another_app_client_replaces_it() {
    let (mut old, new) = set_up_with_dedicated();
    old.pool.clients = fresh().0.pool.clients;
    let plan = setup(&desired(), &old, &new).expect("a plan");
    assert_eq!(
        lines(&plan),
        [
            "old ~ role cognito-access-role",
            "old ~ app client oldclient",
            "new ~ function cognito-migration-lambda",
            "old - app client cognito-migration-lambda",
        ]
    );
}

#[test]
fn teardown_deletes_it_and_checks_again_after_the_record_is_deleted() {
    let plan = torn_down(set_up_with_dedicated());
    let old: Vec<_> = lines(&plan)
        .into_iter()
        .filter(|line| line.starts_with("old"))
        .collect();
    assert_eq!(
        old,
        ["old - app client own", "old - role cognito-access-role"]
    );
    let role = plan.changes.last().expect("the role");
    assert!(matches!(
        calls(role)[role.steps.len() - 2..],
        [
            Call::Role(RoleCall::Delete),
            Call::Client(ClientCall::DeleteCreated { .. })
        ]
    ));
}

#[test]
fn teardown_without_a_record_deletes_no_app_client() {
    let (mut old, new) = set_up();
    old.dedicated = vec![client()];
    let plan = torn_down((old, new));
    let deletes = |step: &Step| matches!(step.call, Call::Client(ClientCall::DeleteCreated { .. }));
    assert!(
        !plan
            .changes
            .iter()
            .flat_map(|change| &change.steps)
            .any(deletes)
    );
}

/// Until it's updated, the function reads the secret at each cold start.
#[test]
fn the_permission_to_read_a_secret_is_removed_after_the_function_is_updated() {
    let (mut old, mut new) = set_up_with_dedicated();
    let before = desired_with(OldClient::Applications {
        id: "oldclient".into(),
        has_secret: true,
    });
    if let Some(role) = &mut old.role {
        let document = before.access_policy.clone();
        (role.inline).insert(before.names.access_policy.clone(), document);
    }
    if let Some(function) = &mut new.function {
        function.configuration = before.configuration.clone();
    }
    let plan = setup(&desired_client(Some("own")), &old, &new).expect("a plan");
    assert_eq!(
        lines(&plan),
        [
            "new ~ function cognito-migration-lambda",
            "old ~ role cognito-access-role"
        ]
    );
    let [configure, narrow] = &plan.changes[..] else {
        panic!("two changes");
    };
    assert!(matches!(
        calls(narrow)[..],
        [Call::Role(RoleCall::PutInline { .. })]
    ));
    assert_eq!(wait(&narrow.steps[0], &configure.steps[0]), Wait::Done);
}

/// Names of app clients aren't unique, so another app client can have the same name.
#[test]
fn another_app_client_with_the_same_name_is_kept() {
    let (mut old, new) = set_up_with_dedicated();
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"], "RefreshTokenValidity": 30});
    old.dedicated.push(("other".into(), object(flows)));
    let plan = torn_down((old.clone(), new));
    assert!(lines(&plan).contains(&"old - app client own".to_owned()));
    assert!(!lines(&plan).iter().any(|line| line.contains("other")));
    assert!(
        plan.warnings
            .iter()
            .any(|one| one.id == "app-client-not-managed"
                && one.severity == Severity::Info
                && one.summary.contains("other"))
    );
    // It doesn't count as the dedicated one if that was deleted.
    old.dedicated.remove(0);
    let plan = setup(&desired_client(None), &old, &set_up_with_dedicated().1).expect("a plan");
    assert!(lines(&plan).contains(&"old + app client cognito-migration-lambda".to_owned()));
}

/// The run that created it was killed before it recorded the id.
#[test]
fn a_missing_id_is_recorded() {
    let (mut old, new) = set_up_with_dedicated();
    if let Some(role) = &mut old.role {
        role.tags.remove(record::DEDICATED_CLIENT_ID);
    }
    let plan = setup(&desired_client(Some("own")), &old, &new).expect("a plan");
    assert_eq!(lines(&plan), ["old ~ role cognito-access-role"]);
    assert_eq!(
        lines(&torn_down((old, new)))
            .iter()
            .filter(|line| line.contains("app client own"))
            .count(),
        1
    );
}
