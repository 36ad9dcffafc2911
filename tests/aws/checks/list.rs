//! The deployments in the two accounts.

use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, Stage};

impl Stage {
    fn list(&self, profiles: &str) -> Value {
        let run = self.changes_nothing(0, &format!("list {profiles} --output json"));
        run.json()["deployments"].clone()
    }
}

#[test]
fn each_deployment_is_listed_with_its_pools_and_state() {
    let stage = Stage::new();
    let run = stage.changes_nothing(0, &format!("list {BOTH}"));
    assert!(run.printed("No deployments."), "{run}");
    stage.setup();
    let canary = stage.sandbox.pool("new", "Canary").unwrap();
    let pools = format!("--old-pool {} --new-pool {}", stage.old.id, canary.id);
    stage.ok(&format!("setup {BOTH} --suffix canary {pools}"));
    stage.set_trigger(None);
    let run = stage.changes_nothing(0, &format!("list {BOTH}"));
    let old = format!("old {} in account 111111111111", stage.old.id);
    let new = format!("new {} in account 222222222222", stage.new.id);
    assert!(run.printed("canary state complete"), "{run}");
    assert!(run.printed("default state partial: no trigger"), "{run}");
    assert!(
        run.printed(&old) && run.printed(&new) && run.printed("since 2"),
        "{run}"
    );
    let list = stage.list(BOTH);
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["name"], "canary");
    assert_eq!(list[0]["state"], "complete");
    assert_eq!(list[1]["missing"], json!(["trigger"]));
    assert_eq!(list[1]["old_pool"], stage.old.id.as_str());
    assert_eq!(list[1]["new_account"], "222222222222");
}

#[test]
fn what_is_missing_is_named() {
    let stage = Stage::new();
    stage.setup();
    stage.aws(
        "new",
        "lambda:DeleteFunction",
        json!({"FunctionName": LAMBDA}),
    );
    assert_eq!(stage.list(BOTH)[0]["missing"], json!(["function"]));
    stage.delete_inline_policy();
    stage.aws("old", "iam:DeleteRole", json!({"RoleName": ACCESS_ROLE}));
    let run = stage.changes_nothing(0, &format!("list {BOTH}"));
    assert!(run.printed("partial: no old role, no function"), "{run}");
    assert!(
        run.printed("old doesn't exist in account 111111111111"),
        "{run}"
    );
}

#[test]
fn one_account_is_enough() {
    let stage = Stage::new();
    stage.ends(64, "list");
    stage.setup();
    let old = stage.changes_nothing(0, "list --old-profile old");
    assert!(
        old.printed("in account 222222222222, which wasn't read"),
        "{old}"
    );
    let new = stage.list("--new-profile new");
    assert_eq!(new[0]["old_account"], "111111111111");
    assert_eq!(new[0]["old_pool"], Value::Null);
    assert_eq!(new[0]["state"], "complete");
}

/// Anyone who can tag a role can write any value.
#[test]
fn a_role_with_tags_of_another_deployment_is_not_listed() {
    let stage = Stage::new();
    stage.setup();
    let tags = json!([{"Key": "cogmig:deployment", "Value": "other"}]);
    let trust = json!({"Version": "2012-10-17", "Statement": []}).to_string();
    for name in ["cognito-access-role-evil", "cognito-access-role-x"] {
        let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust, "Tags": tags});
        drop(stage.try_aws("old", "iam:CreateRole", role));
    }
    let tags = json!([{"Key": "cogmig:deployment", "Value": "default"}]);
    let role = json!({"RoleName": "cognito-access-role-y", "AssumeRolePolicyDocument": trust, "Tags": tags});
    stage.aws("old", "iam:CreateRole", role);
    assert_eq!(stage.list(BOTH).as_array().unwrap().len(), 1);
}
