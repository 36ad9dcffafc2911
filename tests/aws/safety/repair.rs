//! Cases that could reject users or lose settings: edited tags, replaced roles, several
//! deployments.

use cogmig_sandbox::OLD_ACCOUNT;
use serde_json::json;

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, PASSWORD, Stage};

impl Stage {
    fn retag(&self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            let tags = json!({"RoleName": LAMBDA, "Tags": [{"Key": key, "Value": value}]});
            self.aws("new", "iam:TagRole", tags);
        } else {
            let keys = json!({"RoleName": LAMBDA, "TagKeys": [key]});
            self.aws("new", "iam:UntagRole", keys);
        }
    }
}

#[test]
fn a_removed_or_invalid_pool_tag_leaves_no_dangling_trigger() {
    for value in [None, Some("garbage"), Some("eu-west-1_"), Some("_x")] {
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.setup();
        stage.retag("cogmig:pool", value);
        stage.teardown();
        assert_eq!(stage.sandbox.snapshot(), before, "{value:?}");
    }
}

#[test]
fn a_pool_tag_with_another_pool_stops_teardown() {
    let stage = Stage::new();
    stage.setup();
    stage.retag("cogmig:pool", Some("eu-north-1_abc"));
    let run = stage.changes_nothing(1, &format!("teardown {BOTH}"));
    run.assert_stderr(&["eu-north-1_abc", &stage.new.id, "cogmig:pool"]);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_second_deployment_cannot_use_the_new_pool_of_the_first() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --suffix two --replace-trigger"));
    run.assert_stderr(&[LAMBDA, "teardown"]);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_reverse_migration_is_an_error_while_the_first_is_deployed() {
    let stage = Stage::new();
    stage.setup();
    let run = stage.changes_nothing(1, "setup --old-profile new --new-profile old");
    run.assert_stderr(&["the opposite direction", LAMBDA]);
    let run = stage.changes_nothing(1, "setup --old-profile new --new-profile old --suffix back");
    run.assert_stderr(&["the opposite direction"]);
}

#[test]
fn another_old_client_is_in_use_before_the_prior_one_is_restored() {
    let stage = Stage::new();
    stage.setup();
    let other = stage
        .sandbox
        .client(&stage.old, "other", json!({}))
        .unwrap();
    stage.user_without("new", "limited", "lambda:UpdateFunctionConfiguration");
    let setup = format!("setup --old-profile old --old-client {other} --new-profile");
    let run = stage.cogmig(&format!("{setup} limited"));
    run.assert_ended(1, "setup");
    // The function still uses the prior one.
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.delete_user("ada");
    stage.ok(&format!("{setup} new"));
    stage.sign_in("ada", PASSWORD).unwrap();
    let prior = stage.flows(&stage.old, &stage.old.client);
    assert!(!prior.contains(&"ALLOW_ADMIN_USER_PASSWORD_AUTH".to_owned()));
}

/// The KMS grant that decrypts the function's environment was lost with the prior role.
#[test]
fn a_setup_that_failed_after_recreating_the_role_is_continued() {
    let stage = Stage::new();
    stage.setup();
    stage.delete_lambda_role();
    // IAM timestamps have a resolution of one second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    stage.user_without("new", "limited", "lambda:UpdateFunctionConfiguration");
    let limited = "setup --old-profile old --new-profile limited";
    stage.ends(1, limited);
    let run = stage.ends(1, limited);
    run.assert_stderr(&["lambda:UpdateFunctionConfiguration"]);
    stage.sandbox.clear_journal();
    stage.setup();
    assert_eq!(stage.writes(), ["UpdateFunctionConfiguration"]);
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_weak_external_id_is_replaced_on_both_sides() {
    let stage = Stage::new();
    stage.setup();
    let mut trust = stage.aws("old", "iam:GetRole", json!({"RoleName": ACCESS_ROLE}))["Role"]
        ["AssumeRolePolicyDocument"]
        .clone();
    trust["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"] = json!("xx");
    let weak = json!({"RoleName": ACCESS_ROLE, "PolicyDocument": trust.to_string()});
    stage.aws("old", "iam:UpdateAssumeRolePolicy", weak);
    stage.setup();
    assert_eq!(stage.external_id().len(), 43);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn permissions_that_others_added_to_a_role_are_reported() {
    let stage = Stage::new();
    stage.setup();
    let wide = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ]});
    let policy = json!({
        "RoleName": ACCESS_ROLE, "PolicyName": "extra", "PolicyDocument": wide.to_string(),
    });
    stage.aws("old", "iam:PutRolePolicy", policy);
    let run = stage.setup();
    assert!(run.printed("extra") && run.printed(ACCESS_ROLE), "{run}");
}

#[test]
fn two_deployments_with_one_old_client_keep_its_flow_until_the_last_teardown() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    let second = stage.sandbox.pool("new", "Partners").unwrap();
    let options = |pool: &str| format!("{BOTH} --new-pool {pool}");
    stage.ok(&format!("setup {}", options(&stage.new.id)));
    stage.ok(&format!("setup {} --suffix two", options(&second.id)));
    stage.teardown();
    stage
        .sandbox
        .sign_in(&second.client, "ada", PASSWORD)
        .unwrap();
    stage.ok(&format!("teardown {BOTH} --suffix two"));
    assert_eq!(stage.sandbox.snapshot()[OLD_ACCOUNT], before[OLD_ACCOUNT]);
}
