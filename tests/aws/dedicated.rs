//! An app client of the old pool that is made for the migration, so that the application's
//! own is left alone.

use cogmig_sandbox::{Disturbance, Fault, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::calls::Nth;
use crate::stage::{ACCESS_ROLE, BOTH, LAMBDA, PASSWORD, Stage};

const NAME: &str = "cognito-migration-lambda";

fn setup() -> String {
    format!("setup {BOTH} --dedicated-old-client")
}

impl Stage {
    /// The app clients of the old pool that were made for the migration.
    fn dedicated(&self) -> Vec<Value> {
        let listed = self.in_pool(&self.old, "ListUserPoolClients", json!({"MaxResults": 60}));
        let clients = listed["UserPoolClients"].as_array().unwrap().iter();
        let ours = clients.filter(|client| client["ClientName"] == NAME);
        ours.map(|client| self.described(&self.old, client["ClientId"].as_str().unwrap()))
            .collect()
    }
}

#[test]
fn it_checks_passwords_and_nothing_else_and_is_deleted() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    let application = stage.described(&stage.old, &stage.old.client);
    let run = stage.ok(&setup());
    assert!(
        run.stdout.contains(&format!("+ app client  {NAME}")),
        "{run}"
    );
    let made = stage.dedicated();
    let [client] = &made[..] else {
        panic!("{made:?}")
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
    assert_eq!(stage.described(&stage.old, &stage.old.client), application);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.forget("ada");
    // It goes on without being asked for once more.
    stage.harmless(0, &setup());
    stage.harmless(0, &format!("setup {BOTH}"));
    stage.harmless(0, &format!("verify {BOTH}"));
    stage.teardown();
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn one_that_was_changed_or_deleted_is_made_again() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    stage.ok(&setup());
    let id = |stage: &Stage| {
        stage.dedicated()[0]["ClientId"]
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
    stage.forget("ada");
    stage.in_pool(
        &stage.old,
        "DeleteUserPoolClient",
        json!({"ClientId": second}),
    );
    stage.ok(&setup());
    assert_eq!(stage.dedicated().len(), 1);
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.forget("ada");
    stage.teardown();
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn there_and_back_between_the_applications_and_our_own() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    let application = format!("setup {BOTH} --old-client {}", stage.old.client);
    for (command, own) in [
        (application.clone(), 0),
        (setup(), 1),
        (application, 0),
        (setup(), 1),
    ] {
        stage.ok(&command);
        assert_eq!(stage.dedicated().len(), own, "{command}");
        let flows = stage.flows(&stage.old, &stage.old.client);
        let open = flows.contains(&"ALLOW_ADMIN_USER_PASSWORD_AUTH".to_owned());
        assert_eq!(open, own == 0, "{command}");
        stage.harmless(0, &command);
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.forget("ada");
    }
    stage.ok("teardown --old-profile old");
    stage.ok("teardown --new-profile new");
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn one_of_its_name_that_is_somebody_elses_is_never_touched() {
    let stage = Stage::new();
    let theirs = stage.sandbox.client(&stage.old, NAME, json!({})).unwrap();
    let run = stage.harmless(1, &setup());
    run.assert_complains(&[NAME, &theirs, "no record", "--suffix"]);
    let before = stage.sandbox.standing();
    stage.ok(&format!("{} --suffix two", setup()));
    stage.ok(&format!("teardown {BOTH} --suffix two"));
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn a_client_that_is_named_and_one_that_is_made_cannot_both_be_meant() {
    let stage = Stage::new();
    let run = stage.harmless(
        64,
        &format!("{} --old-client {}", setup(), stage.old.client),
    );
    run.assert_complains(&["--dedicated-old-client", &stage.old.client]);
}

/// Whatever happens to its making and its deleting, nothing of it stays in the end.
#[test]
fn every_fault_at_the_calls_that_make_and_delete_it() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    let back = format!("teardown {BOTH}");
    for (fault, times, code) in [
        (Fault::Denied, 1, 1),
        (Fault::Throttled, 3, 0),
        (Fault::CutAfter, 1, 0),
        (Fault::CutBefore, 1, 0),
        (Fault::Twice, 1, 0),
        (Fault::Silent, 1, -1),
    ] {
        for (command, action) in [
            (setup(), "CreateUserPoolClient"),
            (back.clone(), "DeleteUserPoolClient"),
        ] {
            let words = format!("{command} {action} {fault:?}");
            let nth = Nth::of(OLD_ACCOUNT, action, 0);
            stage.disturb(&nth, fault, times);
            if fault == Fault::Silent {
                stage.start_until_struck(&command).kill();
            } else {
                stage.cogmig(&command).assert_ended(code, &words);
            }
            assert_eq!(stage.sandbox.calm(), times, "{words}");
            stage.ok(&command);
            if command == back {
                assert_eq!(stage.sandbox.standing(), before, "{words}");
            } else {
                stage.harmless(0, &command);
                stage.sign_in("ada", PASSWORD).unwrap();
                stage.forget("ada");
            }
        }
    }
}

/// While setup makes it, its record is torn down: nothing may be left that no record tells.
#[test]
fn a_teardown_while_it_is_made() {
    let stage = Stage::new();
    let before = stage.sandbox.standing();
    stage.sandbox.disturb(Disturbance {
        account: OLD_ACCOUNT.into(),
        action: "CreateUserPoolClient".into(),
        after: 0,
        times: 1,
        fault: Fault::Held,
    });
    let running = stage.start_until_struck(&setup());
    stage.teardown();
    stage.sandbox.calm();
    let run = running.end();
    run.assert_ended(1, "setup");
    run.assert_complains(&[ACCESS_ROLE, "deleted"]);
    assert_eq!(stage.dedicated(), Vec::<Value>::new());
    stage
        .cogmig(&format!("teardown {BOTH}"))
        .assert_ended(0, "teardown");
    assert_eq!(stage.sandbox.standing(), before);
}

#[test]
fn the_function_asks_through_it() {
    let stage = Stage::new();
    stage.ok(&setup());
    let set = stage.aws(
        "new",
        "lambda:GetFunctionConfiguration",
        json!({"FunctionName": LAMBDA}),
    );
    let client = &set["Environment"]["Variables"]["OLD_CLIENT_ID"];
    assert_eq!(*client, stage.dedicated()[0]["ClientId"]);
}

/// Names are not unique: somebody else's client of the same name is never deleted.
#[test]
fn a_strangers_client_that_comes_later_stays() {
    let stage = Stage::new();
    stage.ok(&setup());
    let secret = json!({"GenerateSecret": true});
    let theirs = stage.sandbox.client(&stage.old, NAME, secret).unwrap();
    stage.harmless(0, &setup());
    let ours = stage
        .dedicated()
        .into_iter()
        .find(|client| client["ClientId"] != theirs.as_str());
    let ours = json!({"ClientId": ours.unwrap()["ClientId"]});
    stage.in_pool(&stage.old, "DeleteUserPoolClient", ours);
    stage.ok(&setup());
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.ok(&format!("setup {BOTH} --old-client {}", stage.old.client));
    let run = stage.teardown();
    let left = stage.dedicated();
    assert_eq!(left.len(), 1, "{run}");
    assert_eq!(left[0]["ClientId"], theirs.as_str());
    // Named at teardown, where one of ours goes beside it.
    stage.ok(&format!("{} --suffix two", setup()));
    stage.ok(&format!("teardown {BOTH} --suffix two"));
    assert_eq!(stage.dedicated().len(), 1);
}
