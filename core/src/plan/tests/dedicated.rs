//! The app client that is made for a deployment: when it is made, made again, left to others
//! and deleted.

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

fn wanted(id: Option<&str>) -> Desired {
    desired_with(OldClient::Dedicated {
        id: id.map(str::to_owned),
    })
}

fn client() -> (String, Object) {
    let made = json!({
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        "AccessTokenValidity": 5, "IdTokenValidity": 5, "RefreshTokenValidity": 60,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"},
    });
    ("ours".into(), object(made))
}

/// What stands after a setup with a client of its own.
pub(super) fn set_up_with_own() -> (OldSide, NewSide) {
    let (mut old, mut new) = set_up();
    let desired = wanted(Some("ours"));
    if let Some(role) = &mut old.role {
        role.tags = desired.old_tags.clone();
        role.tags.insert(
            record::DEDICATED_CLIENT.into(),
            desired.names.old_client.clone(),
        );
        role.tags
            .insert(record::DEDICATED_CLIENT_ID.into(), "ours".into());
    }
    if let Some(function) = &mut new.function {
        function.configuration = desired.configuration.clone();
    }
    old.pool.clients.clear();
    old.dedicated = vec![client()];
    (old, new)
}

#[test]
fn it_is_made_once_it_is_on_record_and_the_function_is_given_its_id() {
    let (mut old, new) = fresh();
    old.pool.clients.clear();
    let plan = setup(&wanted(None), &old, &new).expect("a plan");
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
    let made = place(&|step| matches!(step.call, Call::Client(ClientCall::Create { .. })));
    let told = place(
        &|step| matches!(&step.call, Call::Function(FunctionCall::Create { set, .. }) if set.environment["OLD_CLIENT_ID"] == ID_TO_COME),
    );
    assert!(recorded < made && made < told);
}

#[test]
fn as_it_was_made_it_is_nothing_to_do() {
    let (old, new) = set_up_with_own();
    let plan = setup(&wanted(Some("ours")), &old, &new).expect("a plan");
    assert_eq!(lines(&plan), Vec::<String>::new());
}

#[test]
fn one_that_was_changed_is_made_again() {
    let (mut old, new) = set_up_with_own();
    old.dedicated[0].1 = object(json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}));
    let plan = setup(&wanted(None), &old, &new).expect("a plan");
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
            Call::Client(ClientCall::DeleteMade { .. }),
            Call::Client(ClientCall::Create { .. }),
            Call::Role(RoleCall::Tag { .. })
        ]
    ));
}

#[test]
fn one_of_its_name_without_a_record_is_somebody_elses() {
    let (mut old, new) = set_up();
    old.dedicated = vec![client()];
    let refusal = refused_with(&wanted(Some("ours")), &(old, new));
    assert!(
        refusal.contains("no record") && refusal.contains("--suffix"),
        "{refusal}"
    );
}

#[test]
fn where_another_takes_its_part_it_goes_last() {
    let (mut old, new) = set_up_with_own();
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
fn teardown_deletes_it_and_looks_once_more_when_the_record_is_gone() {
    let plan = torn_down(set_up_with_own());
    let old: Vec<_> = lines(&plan)
        .into_iter()
        .filter(|line| line.starts_with("old"))
        .collect();
    assert_eq!(
        old,
        ["old - app client ours", "old - role cognito-access-role"]
    );
    let role = plan.changes.last().expect("the role");
    assert!(matches!(
        calls(role)[role.steps.len() - 2..],
        [
            Call::Role(RoleCall::Delete),
            Call::Client(ClientCall::DeleteMade { .. })
        ]
    ));
}

#[test]
fn without_a_record_teardown_deletes_no_client() {
    let (mut old, new) = set_up();
    old.dedicated = vec![client()];
    let plan = torn_down((old, new));
    let deletes = |step: &Step| matches!(step.call, Call::Client(ClientCall::DeleteMade { .. }));
    assert!(
        !plan
            .changes
            .iter()
            .flat_map(|change| &change.steps)
            .any(deletes)
    );
}

/// Until it is told otherwise, the function reads the secret at each cold start.
#[test]
fn the_right_to_read_a_secret_goes_when_the_function_needs_it_no_more() {
    let (mut old, mut new) = set_up_with_own();
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
    let plan = setup(&wanted(Some("ours")), &old, &new).expect("a plan");
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

/// Somebody else's client may get the same name later: names are not unique.
#[test]
fn a_strangers_client_of_the_same_name_stays() {
    let (mut old, new) = set_up_with_own();
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"], "RefreshTokenValidity": 30});
    old.dedicated.push(("theirs".into(), object(flows)));
    let plan = torn_down((old.clone(), new));
    assert!(lines(&plan).contains(&"old - app client ours".to_owned()));
    assert!(!lines(&plan).iter().any(|line| line.contains("theirs")));
    assert!(
        plan.warnings
            .iter()
            .any(|one| one.id == "app-client-not-managed"
                && one.severity == Severity::Info
                && one.summary.contains("theirs"))
    );
    // Nor is it taken for ours where ours is gone.
    old.dedicated.remove(0);
    let plan = setup(&wanted(None), &old, &set_up_with_own().1).expect("a plan");
    assert!(lines(&plan).contains(&"old + app client cognito-migration-lambda".to_owned()));
}

/// The run that made it was killed before it could write the id down.
#[test]
fn one_that_is_not_on_record_yet_is_recorded() {
    let (mut old, new) = set_up_with_own();
    if let Some(role) = &mut old.role {
        role.tags.remove(record::DEDICATED_CLIENT_ID);
    }
    let plan = setup(&wanted(Some("ours")), &old, &new).expect("a plan");
    assert_eq!(lines(&plan), ["old ~ role cognito-access-role"]);
    assert_eq!(
        lines(&torn_down((old, new)))
            .iter()
            .filter(|line| line.contains("app client ours"))
            .count(),
        1
    );
}
