//! Sign-ins through the deployed function: which users are migrated, with which status, and which
//! are rejected.

use cogmig_sandbox::{OLD_ACCOUNT, Pool, Sandbox};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

impl Stage {
    /// The actions of all calls with the credentials of an account.
    fn calls_to(&self, account: &str) -> Vec<String> {
        let calls = self.sandbox.journal();
        let calls = calls.into_iter().filter(|call| call.account == account);
        calls.map(|call| call.action).collect()
    }
}

#[test]
fn all_rejected_users_get_the_same_error() {
    let stage = Stage::new();
    let email = |name: &str| format!("{name}@example.com");
    for name in ["disabled", "reset"] {
        stage.old_user(name, &[("email", &email(name)), ("email_verified", "true")]);
    }
    stage.in_pool(
        &stage.old,
        "AdminDisableUser",
        json!({"Username": "disabled"}),
    );
    stage.in_pool(
        &stage.old,
        "AdminResetUserPassword",
        json!({"Username": "reset"}),
    );
    // This user has never signed in, so the password is still temporary.
    let attributes = json!([{"Name": "email", "Value": email("temporary")}]);
    let user = json!({
        "Username": "temporary", "TemporaryPassword": PASSWORD,
        "MessageAction": "SUPPRESS", "UserAttributes": attributes,
    });
    stage.in_pool(&stage.old, "AdminCreateUser", user);
    stage.setup();

    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert!(wrong.starts_with("NotAuthorizedException: "), "{wrong}");
    for name in ["nobody", "disabled", "temporary", "reset"] {
        assert_eq!(stage.sign_in(name, PASSWORD), Err(wrong.clone()), "{name}");
        assert_eq!(stage.migrated(name), None, "{name}");
    }
    assert_eq!(stage.migrated("ada"), None);
}

#[test]
fn unconfirmed_users_are_rejected() {
    let stage = Stage::new();
    stage.edit_pool(&stage.old, |pool| {
        pool["AdminCreateUserConfig"] = json!({"AllowAdminCreateUserOnly": false});
    });
    let email = json!([{"Name": "email", "Value": "eve@example.com"}]);
    let params = json!({
        "ClientId": stage.old.client, "Username": "eve", "Password": "Correct-Horse-Battery-1",
        "UserAttributes": email,
    });
    stage.sandbox.public("SignUp", params).unwrap();
    stage.setup();
    let wrong = stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("eve", "Correct-Horse-Battery-1"), Err(wrong));
    assert_eq!(stage.migrated("eve"), None);
}

#[test]
fn an_email_is_verified_in_the_new_pool_only_if_it_was_in_the_old() {
    let stage = Stage::new();
    let email = ("email", "bob@example.com");
    stage.old_user("bob", &[email, ("email_verified", "false")]);
    let phone = [
        ("phone_number", "+15550100"),
        ("phone_number_verified", "true"),
    ];
    stage.old_user("eve", &[("email", "eve@example.com"), phone[0], phone[1]]);
    stage.setup();
    for name in ["ada", "bob", "eve"] {
        stage.sign_in(name, PASSWORD).unwrap();
    }
    let verified = |name: &str, what: &str| {
        let attributes = stage.migrated(name).unwrap();
        let found = attributes.into_iter().find(|(name, _)| name == what);
        found.is_some_and(|(_, value)| value == "true")
    };
    assert!(verified("ada", "email_verified"));
    assert!(!verified("bob", "email_verified"));
    assert!(!verified("eve", "email_verified"));
    assert!(verified("eve", "phone_number_verified"));
}

#[test]
fn a_migrated_user_is_confirmed_and_has_the_password() {
    let stage = Stage::new();
    stage.setup();
    let tokens = stage.sign_in("ada", PASSWORD).unwrap();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
    let user = stage.sandbox.find_user(&stage.new, "ada").unwrap().unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(user["Enabled"], true);
    stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
}

#[test]
fn the_old_pool_is_called_once_per_user_and_only_for_what_is_needed() {
    let stage = Stage::new();
    stage.setup();
    stage.sandbox.clear_journal();
    stage.sign_in("ada", PASSWORD).unwrap();
    let mut calls = stage.calls_to(OLD_ACCOUNT);
    // Both calls are made at the same time.
    calls.sort();
    assert_eq!(calls, ["AdminGetUser", "AdminInitiateAuth"]);
    stage.sandbox.clear_journal();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.sign_in("ada", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.calls_to(OLD_ACCOUNT), Vec::<String>::new());
}

#[test]
fn migrated_users_remain_after_teardown() {
    let stage = Stage::new();
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.teardown();
    let app = Pool {
        client: app(&stage),
        ..stage.new.clone()
    };
    let stage = Stage { new: app, ..stage };
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.sign_in("bob", PASSWORD).unwrap_err();
}

/// Cognito takes a response without an attribute for a rejection.
#[test]
fn users_without_an_attribute_are_migrated_with_the_username_or_rejected_with_a_reason() {
    let sandbox = Sandbox::start().unwrap();
    let bare = |profile: &str, more: Value| {
        let mut settings = json!({"Schema": null, "AutoVerifiedAttributes": null});
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        sandbox.pool_with(profile, "Customers", settings).unwrap()
    };
    let old = bare("old", json!({"UsernameAttributes": null}));
    let new = bare("new", json!({}));
    sandbox.user(&old, "bare", PASSWORD, &[]).unwrap();
    let stage = Stage { sandbox, old, new };
    stage.setup();
    stage.sign_in("bare", "Wrong-Horse-1").unwrap_err();
    stage.sign_in("bare", PASSWORD).unwrap();
    assert_eq!(stage.migrated("bare"), Some(Vec::new()));
    stage.sign_in("bare", PASSWORD).unwrap();
}

#[test]
fn users_without_an_attribute_have_a_reason_of_their_own_everywhere() {
    let sandbox = Sandbox::start().unwrap();
    let settings = json!({"Schema": null, "AutoVerifiedAttributes": null});
    let old = sandbox.pool_with("old", "Customers", settings.clone());
    let mut generated = settings;
    generated["UsernameAttributes"] = json!(["email"]);
    let new = sandbox.pool_with("new", "Customers", generated);
    let (old, new) = (old.unwrap(), new.unwrap());
    sandbox.user(&old, "bare", PASSWORD, &[]).unwrap();
    let stage = Stage { sandbox, old, new };
    let run = stage.ends(1, &format!("setup {BOTH}"));
    assert!(
        run.flat()
            .contains("1 (no_attributes): the user has no attribute"),
        "{run}"
    );
    stage.ok(&format!("setup {BOTH} --allow no-user-can-be-migrated"));
    let wrong = stage.sign_in("bare", "Wrong-Horse-1").unwrap_err();
    assert_eq!(stage.sign_in("bare", PASSWORD), Err(wrong));
    assert_eq!(stage.migrated("bare"), None);
    let run = stage.ok(&format!("user bare {BOTH} --output json"));
    let user = &run.json()["user"]["old"][0];
    assert_eq!(user["reason"], "no_attributes", "{run}");
    let run = stage.ok(&format!("status {BOTH}"));
    assert!(run.flat().contains("no_attributes 1"), "{run}");
    assert!(run.flat().contains("approved 0"), "{run}");
}

/// Creates an app client of the new pool that allows passwords and isn't part of the deployment.
fn app(stage: &Stage) -> String {
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    stage.sandbox.client(&stage.new, "app", flows).unwrap()
}

#[test]
fn users_migrate_through_a_pool_that_is_itself_a_new_pool() {
    let stage = Stage::new();
    let first = stage.sandbox.pool("old-other", "Customers").unwrap();
    let email = [("email", "eve@example.com"), ("email_verified", "true")];
    stage.sandbox.user(&first, "eve", PASSWORD, &email).unwrap();
    let before = stage.sandbox.snapshot();
    let first_deployment = "--old-profile old-other --new-profile old --suffix first";
    stage.ok(&format!("setup {first_deployment}"));
    let run = stage.setup();
    assert!(run.printed("UserMigration"), "{run}");

    let wrong = stage.sign_in("eve", "Wrong-Horse-1").unwrap_err();
    assert!(wrong.starts_with("NotAuthorizedException: "), "{wrong}");
    assert_eq!(stage.migrated("eve"), None);
    // The user is in the old pool only after its own migration trigger has run.
    stage.sign_in("eve", PASSWORD).unwrap();
    let migrated = stage.migrated("eve").unwrap();
    assert!(migrated.contains(&("email_verified".to_owned(), "true".to_owned())));

    stage.delete_user("eve");
    stage.in_pool(&stage.old, "AdminDeleteUser", json!({"Username": "eve"}));
    stage.teardown();
    stage.ok(&format!("teardown {first_deployment}"));
    assert_eq!(stage.sandbox.snapshot(), before);
}
