//! Teardown after changes by others, one row each: the change, the exit status, the message,
//! and what exists then. If nothing is reported as left, the accounts are exactly as before
//! setup.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, POLICY_ARN, Stage};

const OTHER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:other";
const THEIRS: &str = "arn:aws:iam::aws:policy/SecurityAudit";
const ADMIN: &str = "ALLOW_ADMIN_USER_PASSWORD_AUTH";
const USER: &str = "ALLOW_USER_PASSWORD_AUTH";

/// What is left: what stood before setup, edited by what stood before teardown.
type Left = fn(&mut Value, &Value);

fn row(deed: impl FnOnce(&Stage), code: i32, says: &[&str], left: Left) {
    let stage = Stage::new();
    let mut expected = stage.sandbox.snapshot();
    stage.setup();
    deed(&stage);
    let meanwhile = stage.sandbox.snapshot();
    let run = stage.ends(code, &format!("teardown {BOTH}"));
    for words in says {
        assert!(run.printed(words), "nothing of {words:?}\n{run}");
    }
    left(&mut expected, &meanwhile);
    assert_eq!(stage.sandbox.snapshot(), expected, "{run}");
}

macro_rules! teardown_after {
    ($($name:ident, $deed:expr => $code:literal $(, $says:expr)* $(; $left:expr)?)*) => {
        $(
            #[test]
            fn $name() {
                let left: &[Left] = &[$($left)?];
                let left = left.first().copied().unwrap_or(|_, _| {});
                row($deed, $code, &[$($says),*], left);
            }
        )*
    };
}

mod flows {
    use super::*;

    teardown_after! {
        one_more_on_the_old_client, |s| add_flow(s, &s.old) => 0; |all, _| {
            flows(all, OLD_ACCOUNT).push("ALLOW_CUSTOM_AUTH".into());
        }
        one_more_on_the_new_client, |s| add_flow(s, &s.new) => 0; |all, _| {
            flows(all, NEW_ACCOUNT).push("ALLOW_CUSTOM_AUTH".into());
        }
        the_added_one_removed_from_the_old_client, |s| remove_flow(s, &s.old) => 0
        the_added_one_removed_from_the_new_client, |s| remove_flow(s, &s.new) => 0
        all_but_the_added_one_removed, |s| only_ours(s, &s.new) => 1, USER, "the default flows would be enabled"; |all, _| {
            *flows(all, NEW_ACCOUNT) = vec![USER.into()];
        }
        the_old_client_deleted, |s| delete_client(s, &s.old) => 0, "no longer exists, so it isn't restored"; |all, _| {
            all[OLD_ACCOUNT]["pools"][0]["clients"] = json!([]);
        }
        the_new_client_deleted, |s| delete_client(s, &s.new) => 0, "no longer exists, so it isn't restored"; |all, _| {
            all[NEW_ACCOUNT]["pools"][0]["clients"] = json!([]);
        }
        the_old_pool_deleted, |s| delete_pool(s, &s.old) => 0, "no longer exists, so it isn't restored"; |all, _| {
            all[OLD_ACCOUNT]["pools"] = json!([]);
        }
        the_new_pool_deleted, |s| delete_pool(s, &s.new) => 0, "no longer exists, so it isn't restored"; |all, _| {
            all[NEW_ACCOUNT]["pools"] = json!([]);
        }
        the_record_invalid, spoil => 1, "ExplicitAuthFlows", USER; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_record_invalid_and_the_flow_removed, |s| { spoil(s); remove_flow(s, &s.new); } => 0
        the_record_invalid_and_the_client_deleted, |s| { spoil(s); delete_client(s, &s.new); } => 0; |all, _| {
            all[NEW_ACCOUNT]["pools"][0]["clients"] = json!([]);
        }
    }
}

mod the_trigger {
    use super::*;

    teardown_after! {
        replaced, |s| s.set_trigger(Some(OTHER)) => 1, OTHER, "which this deployment didn't set"; |all, _| {
            all[NEW_ACCOUNT]["pools"][0]["pool"]["LambdaConfig"]["UserMigration"] = OTHER.into();
        }
        taken_off, |s| s.set_trigger(None) => 0
        at_an_alias_of_our_function, |s| s.set_trigger(Some(&format!("{}:live", function_arn()))) => 0
        next_to_another_one, |s| s.edit_pool(&s.new, |pool| pool["LambdaConfig"]["PreSignUp"] = OTHER.into()) => 0; |all, _| {
            all[NEW_ACCOUNT]["pools"][0]["pool"]["LambdaConfig"]["PreSignUp"] = OTHER.into();
        }
    }
}

mod policies {
    use super::*;

    teardown_after! {
        the_managed_one_edited, |s| {
            let version = json!({"PolicyArn": POLICY_ARN, "SetAsDefault": true, "PolicyDocument": wide()});
            s.aws("new", "iam:CreatePolicyVersion", version);
        } => 0
        the_inline_one_edited, |s| put_inline(s, "old", ACCESS_ROLE, "cognito-access") => 0
        the_managed_one_deleted, Stage::delete_policy => 0
        the_inline_one_deleted, Stage::delete_inline => 0
        another_attached_to_the_access_role, |s| attach(s, "old", ACCESS_ROLE) => 0, ACCESS_ROLE, THEIRS
        another_attached_to_the_lambdas_role, |s| attach(s, "new", LAMBDA) => 0, LAMBDA, THEIRS
        another_inline_in_the_access_role, |s| put_inline(s, "old", ACCESS_ROLE, "theirs") => 0, "theirs"
        another_inline_in_the_lambdas_role, |s| put_inline(s, "new", LAMBDA, "theirs") => 0, "theirs"
        a_boundary_of_the_access_role, |s| bound(s, "old", ACCESS_ROLE) => 0
        a_boundary_of_the_lambdas_role, |s| bound(s, "new", LAMBDA) => 0
    }
}

mod roles {
    use super::*;

    teardown_after! {
        the_access_role_in_an_instance_profile, |s| profile(s, "old", ACCESS_ROLE) => 0; |all, _| {
            all[OLD_ACCOUNT]["instance_profiles"] = json!({"theirs": []});
        }
        the_lambdas_role_in_an_instance_profile, |s| profile(s, "new", LAMBDA) => 0; |all, _| {
            all[NEW_ACCOUNT]["instance_profiles"] = json!({"theirs": []});
        }
        the_access_role_deleted, Stage::delete_access_role => 1, ACCESS_ROLE, ADMIN; |all, _| {
            flows(all, OLD_ACCOUNT).push(ADMIN.into());
        }
        the_lambdas_role_deleted, Stage::delete_lambda_role => 1, LAMBDA, USER, "trigger"; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_access_role_re_made_without_our_tags, |s| re_make_access_role(s, &[]) => 1, ACCESS_ROLE, "cogmig setup --adopt"; |all, then| {
            *all = then.clone();
        }
        the_lambdas_role_re_made_without_our_tags, |s| re_make_lambda_role(s, &[]) => 1, LAMBDA, "cogmig setup --adopt"; |all, then| {
            *all = then.clone();
        }
        the_access_role_re_made_with_our_tags, |s| re_make_access_role(s, &OURS) => 1, ACCESS_ROLE, ADMIN; |all, _| {
            flows(all, OLD_ACCOUNT).push(ADMIN.into());
        }
        the_lambdas_role_re_made_with_our_tags, |s| re_make_lambda_role(s, &OURS) => 1, LAMBDA, USER, "trigger"; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_access_role_deleted_and_created_again_by_setup, |s| { s.delete_access_role(); s.setup(); } => 1, ADMIN; |all, _| {
            flows(all, OLD_ACCOUNT).push(ADMIN.into());
        }
        the_lambdas_role_deleted_and_created_again_by_setup, |s| { s.delete_lambda_role(); s.setup(); } => 1, USER, "trigger"; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_access_role_without_our_tag, |s| untag_role(s, "old", ACCESS_ROLE, &OURS[..1]) => 1, ACCESS_ROLE, "cogmig setup --adopt"; |all, then| {
            *all = then.clone();
        }
        the_lambdas_role_without_our_tag, |s| untag_role(s, "new", LAMBDA, &OURS[..1]) => 1, LAMBDA, "cogmig setup --adopt"; |all, then| {
            *all = then.clone();
        }
        the_lambdas_role_alone_and_without_its_pool, |s| {
            untag_role(s, "new", LAMBDA, &OURS[2..]);
            delete_function(s);
            s.delete_policy();
        } => 1, "cogmig:pool", LAMBDA; |all, then| {
            all[NEW_ACCOUNT] = then[NEW_ACCOUNT].clone();
        }
        the_access_role_without_its_pool, |s| untag_role(s, "old", ACCESS_ROLE, &["cogmig:pool"]) => 1, "cogmig:pool", ACCESS_ROLE; |all, then| {
            all[OLD_ACCOUNT] = then[OLD_ACCOUNT].clone();
        }
    }
}

mod the_rest {
    use super::*;

    teardown_after! {
        the_function_deleted, delete_function => 0
        the_functions_tags_removed, |s| {
            let keys = json!({"Resource": function_arn(), "TagKeys": OURS});
            s.aws("new", "lambda:UntagResource", keys);
        } => 1, "function", LAMBDA, "not managed by this deployment"; |all, then| {
            all[NEW_ACCOUNT]["functions"] = then[NEW_ACCOUNT]["functions"].clone();
        }
        the_function_and_its_role_deleted, |s| { delete_function(s); s.delete_lambda_role(); } => 1, LAMBDA, USER; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        a_permission_of_others, |s| {
            let params = json!({
                "FunctionName": LAMBDA, "StatementId": "theirs", "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
            });
            s.aws("new", "lambda:AddPermission", params);
        } => 0, "theirs"
        the_permission_removed, Stage::remove_permission => 0
        the_log_group_deleted, |s| { s.aws("new", "logs:DeleteLogGroup", json!({"logGroupName": LOG_GROUP})); } => 0
    }
}

/// The account at one end can be closed.
#[test]
fn one_side_alone() {
    for (first, second) in [("new", "old"), ("old", "new")] {
        let account = |side| match side {
            "new" => NEW_ACCOUNT,
            _ => OLD_ACCOUNT,
        };
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.setup();
        let between = stage.sandbox.snapshot();
        let run = stage.ok(&format!("teardown --{first}-profile {first}"));
        assert!(
            run.printed("The other account wasn't read or changed"),
            "{run}"
        );
        let half = stage.sandbox.snapshot();
        assert_eq!(half[account(first)], before[account(first)], "{first}");
        assert_eq!(half[account(second)], between[account(second)], "{first}");
        // The one that is done needs no look, even where it is looked at again.
        stage.teardown();
        assert_eq!(stage.sandbox.snapshot(), before, "{first} first");
        stage.setup();
        stage.ok(&format!("teardown --{first}-profile {first}"));
        stage.ok(&format!("teardown --{second}-profile {second}"));
        assert_eq!(stage.sandbox.snapshot(), before, "{first} first");
    }
}

const OURS: [&str; 3] = ["cogmig:deployment", "cogmig:peer", "cogmig:pool"];

fn function_arn() -> String {
    format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:{LAMBDA}")
}

fn flows<'a>(all: &'a mut Value, account: &str) -> &'a mut Vec<Value> {
    let client = &mut all[account]["pools"][0]["clients"][0];
    client["ExplicitAuthFlows"].as_array_mut().unwrap()
}

fn edit_flows(stage: &Stage, pool: &Pool, edit: impl FnOnce(&mut Vec<Value>)) {
    stage.edit_client(pool, &pool.client, |client| {
        edit(client["ExplicitAuthFlows"].as_array_mut().unwrap());
    });
}

fn add_flow(stage: &Stage, pool: &Pool) {
    edit_flows(stage, pool, |flows| flows.push("ALLOW_CUSTOM_AUTH".into()));
}

fn remove_flow(stage: &Stage, pool: &Pool) {
    edit_flows(stage, pool, |flows| {
        flows.retain(|flow| *flow != ADMIN && *flow != USER);
    });
}

fn only_ours(stage: &Stage, pool: &Pool) {
    edit_flows(stage, pool, |flows| flows.retain(|flow| *flow == USER));
}

fn delete_client(stage: &Stage, pool: &Pool) {
    let client = json!({"ClientId": pool.client});
    stage.in_pool(pool, "DeleteUserPoolClient", client);
}

fn delete_pool(stage: &Stage, pool: &Pool) {
    stage.edit_pool(pool, |pool| pool["DeletionProtection"] = "INACTIVE".into());
    stage.in_pool(pool, "DeleteUserPool", json!({}));
}

fn delete_function(stage: &Stage) {
    let name = json!({"FunctionName": LAMBDA});
    stage.aws("new", "lambda:DeleteFunction", name);
}

/// Somebody edits the record of the new app client.
fn spoil(stage: &Stage) {
    let key = format!("cogmig:client:{}", stage.new.client);
    let tags = json!({"RoleName": LAMBDA, "Tags": [{"Key": key, "Value": "something else"}]});
    stage.aws("new", "iam:TagRole", tags);
}

fn wide() -> String {
    let wide = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    ]});
    wide.to_string()
}

fn put_inline(stage: &Stage, profile: &str, role: &str, name: &str) {
    let policy = json!({"RoleName": role, "PolicyName": name, "PolicyDocument": wide()});
    stage.aws(profile, "iam:PutRolePolicy", policy);
}

fn attach(stage: &Stage, profile: &str, role: &str) {
    let attachment = json!({"RoleName": role, "PolicyArn": THEIRS});
    stage.aws(profile, "iam:AttachRolePolicy", attachment);
}

fn bound(stage: &Stage, profile: &str, role: &str) {
    let boundary = json!({"RoleName": role, "PermissionsBoundary": THEIRS});
    stage.aws(profile, "iam:PutRolePermissionsBoundary", boundary);
}

fn profile(stage: &Stage, profile: &str, role: &str) {
    let name = json!({"InstanceProfileName": "theirs"});
    stage.aws(profile, "iam:CreateInstanceProfile", name);
    let both = json!({"InstanceProfileName": "theirs", "RoleName": role});
    stage.aws(profile, "iam:AddRoleToInstanceProfile", both);
}

fn untag_role(stage: &Stage, profile: &str, role: &str, keys: &[&str]) {
    let keys = json!({"RoleName": role, "TagKeys": keys});
    stage.aws(profile, "iam:UntagRole", keys);
}

/// Makes a role again a while later, with those of its tags.
fn re_make(stage: &Stage, profile: &str, name: &str, delete: fn(&Stage), tags: &[&str]) {
    let mut role = stage.aws(profile, "iam:GetRole", json!({"RoleName": name}))["Role"].take();
    let kept = role["Tags"].as_array_mut().unwrap();
    kept.retain(|tag| tags.iter().any(|key| tag["Key"] == *key));
    delete(stage);
    // IAM counts in whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let params = json!({
        "RoleName": name, "Tags": role["Tags"],
        "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"].to_string(),
    });
    stage.aws(profile, "iam:CreateRole", params);
}

fn re_make_access_role(stage: &Stage, tags: &[&str]) {
    re_make(stage, "old", ACCESS_ROLE, Stage::delete_access_role, tags);
}

fn re_make_lambda_role(stage: &Stage, tags: &[&str]) {
    re_make(stage, "new", LAMBDA, Stage::delete_lambda_role, tags);
}
