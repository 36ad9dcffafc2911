//! A dedicated app client of the old pool, so that the application's own client is not changed.

use serde_json::{Value, json};

use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

fn setup() -> String {
    format!("setup {BOTH} --dedicated-old-client")
}

#[test]
fn it_allows_only_password_checks_and_is_deleted() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let application = stage.describe_client(&stage.old, &stage.old.client);
    let run = stage.ok(&setup());
    assert!(
        run.stdout.contains(&format!("+ app client {LAMBDA}")),
        "{run}"
    );
    let created = stage.dedicated_clients();
    let [client] = &created[..] else {
        panic!("{created:?}")
    };
    for (member, value) in [
        (
            "ExplicitAuthFlows",
            json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH"]),
        ),
        ("ClientSecret", Value::Null),
        ("AccessTokenValidity", json!(5)),
        ("IdTokenValidity", json!(5)),
        ("RefreshTokenValidity", json!(60)),
        (
            "TokenValidityUnits",
            json!({"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"}),
        ),
        ("PreventUserExistenceErrors", json!("ENABLED")),
    ] {
        assert_eq!(client[member], value, "{member}");
    }
    assert_eq!(
        stage.describe_client(&stage.old, &stage.old.client),
        application
    );
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    // Later runs use it without the flag.
    stage.changes_nothing(0, &setup());
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.changes_nothing(0, &format!("verify {BOTH}"));
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_changed_or_deleted_client_is_created_again() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.ok(&setup());
    let id = |stage: &Stage| {
        stage.dedicated_clients()[0]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = id(&stage);
    stage.edit_client(&stage.old, &first, |client| {
        client["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH"]);
    });
    stage.ok(&setup());
    let second = id(&stage);
    assert_ne!(first, second);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.in_pool(
        &stage.old,
        "DeleteUserPoolClient",
        json!({"ClientId": second}),
    );
    stage.ok(&setup());
    assert_eq!(stage.dedicated_clients().len(), 1);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn from_the_applications_client_to_the_dedicated_one_and_back() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let application = format!("setup {BOTH} --old-client {}", stage.old.client);
    for (command, count) in [
        (application.clone(), 0),
        (setup(), 1),
        (application, 0),
        (setup(), 1),
    ] {
        stage.ok(&command);
        assert_eq!(stage.dedicated_clients().len(), count, "{command}");
        let flows = stage.flows(&stage.old, &stage.old.client);
        let has_flow = flows.contains(&"ALLOW_ADMIN_USER_PASSWORD_AUTH".to_owned());
        assert_eq!(has_flow, count == 0, "{command}");
        stage.changes_nothing(0, &command);
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.delete_user("ada");
    }
    stage.ok("teardown --old-profile old");
    stage.ok("teardown --new-profile new");
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_client_with_its_name_that_is_not_managed_is_never_changed() {
    let stage = Stage::new();
    let other = stage.sandbox.client(&stage.old, LAMBDA, json!({})).unwrap();
    let run = stage.changes_nothing(1, &setup());
    run.assert_stderr(&[LAMBDA, &other, "no record", "--suffix"]);
    let before = stage.sandbox.snapshot();
    stage.ok(&format!("{} --suffix two", setup()));
    stage.ok(&format!("teardown {BOTH} --suffix two"));
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn a_given_client_excludes_a_dedicated_client() {
    let stage = Stage::new();
    let run = stage.changes_nothing(
        64,
        &format!("{} --old-client {}", setup(), stage.old.client),
    );
    run.assert_stderr(&["--dedicated-old-client", &stage.old.client]);
}

#[test]
fn the_function_uses_the_dedicated_client() {
    let stage = Stage::new();
    stage.ok(&setup());
    let set = stage.aws(
        "new",
        "lambda:GetFunctionConfiguration",
        json!({"FunctionName": LAMBDA}),
    );
    let client = &set["Environment"]["Variables"]["OLD_CLIENT_ID"];
    assert_eq!(*client, stage.dedicated_clients()[0]["ClientId"]);
}

/// Names of app clients aren't unique: an app client of others with the same name is never deleted.
#[test]
fn a_client_of_others_that_is_created_later_is_kept() {
    let stage = Stage::new();
    stage.ok(&setup());
    let secret = json!({"GenerateSecret": true});
    let other = stage.sandbox.client(&stage.old, LAMBDA, secret).unwrap();
    stage.changes_nothing(0, &setup());
    let dedicated = stage
        .dedicated_clients()
        .into_iter()
        .find(|client| client["ClientId"] != other.as_str());
    let dedicated = json!({"ClientId": dedicated.unwrap()["ClientId"]});
    stage.in_pool(&stage.old, "DeleteUserPoolClient", dedicated);
    stage.ok(&setup());
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.ok(&format!("setup {BOTH} --old-client {}", stage.old.client));
    let run = stage.teardown();
    let left = stage.dedicated_clients();
    assert_eq!(left.len(), 1, "{run}");
    assert_eq!(left[0]["ClientId"], other.as_str());
    // Also with another deployment that has a dedicated client.
    stage.ok(&format!("{} --suffix two", setup()));
    stage.ok(&format!("teardown {BOTH} --suffix two"));
    assert_eq!(stage.dedicated_clients().len(), 1);
}
