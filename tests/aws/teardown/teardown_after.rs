//! Teardown after changes by others, one row per change: the change, the exit status, the messages,
//! and the remaining resources. A row without remaining resources expects the state before setup.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, POLICY_ARN, Stage};

const OTHER: &str = "arn:aws:lambda:eu-central-1:222222222222:function:other";
const OTHER_POLICY: &str = "arn:aws:iam::aws:policy/SecurityAudit";
const ADMIN: &str = "ALLOW_ADMIN_USER_PASSWORD_AUTH";
const USER: &str = "ALLOW_USER_PASSWORD_AUTH";

/// Edits the state before setup, given the state before teardown, into the expected state.
type Remaining = fn(&mut Value, &Value);

fn row(change: impl FnOnce(&Stage), code: i32, messages: &[&str], remaining: Remaining) {
    let stage = Stage::new();
    let mut expected = stage.sandbox.snapshot();
    stage.setup();
    change(&stage);
    let changed = stage.sandbox.snapshot();
    let run = stage.ends(code, &format!("teardown {BOTH}"));
    for words in messages {
        assert!(run.printed(words), "{words:?} was not printed\n{run}");
    }
    remaining(&mut expected, &changed);
    assert_eq!(stage.sandbox.snapshot(), expected, "{run}");
}

macro_rules! teardown_after {
    ($($name:ident, $change:expr => $code:literal $(, $message:expr)* $(; $remaining:expr)?)*) => {
        $(
            #[test]
            fn $name() {
                let remaining: &[Remaining] = &[$($remaining)?];
                let remaining = remaining.first().copied().unwrap_or(|_, _| {});
                row($change, $code, &[$($message),*], remaining);
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
        all_but_the_added_one_removed, |s| keep_only_added_flow(s, &s.new) => 1, USER, "the default flows would be enabled"; |all, _| {
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
        the_record_invalid, invalidate_record => 1, "ExplicitAuthFlows", USER; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_record_invalid_and_the_flow_removed, |s| { invalidate_record(s); remove_flow(s, &s.new); } => 0
        the_record_invalid_and_the_client_deleted, |s| { invalidate_record(s); delete_client(s, &s.new); } => 0; |all, _| {
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
        removed, |s| s.set_trigger(None) => 0
        set_to_an_alias_of_the_function, |s| s.set_trigger(Some(&format!("{}:live", function_arn()))) => 0
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
        the_inline_one_deleted, Stage::delete_inline_policy => 0
        another_attached_to_the_access_role, |s| attach(s, "old", ACCESS_ROLE) => 0, ACCESS_ROLE, OTHER_POLICY
        another_attached_to_the_lambdas_role, |s| attach(s, "new", LAMBDA) => 0, LAMBDA, OTHER_POLICY
        another_inline_in_the_access_role, |s| put_inline(s, "old", ACCESS_ROLE, "theirs") => 0, "theirs"
        another_inline_in_the_lambdas_role, |s| put_inline(s, "new", LAMBDA, "theirs") => 0, "theirs"
        a_boundary_of_the_access_role, |s| set_boundary(s, "old", ACCESS_ROLE) => 0
        a_boundary_of_the_lambdas_role, |s| set_boundary(s, "new", LAMBDA) => 0
    }
}

mod roles {
    use super::*;

    teardown_after! {
        the_access_role_in_an_instance_profile, |s| add_to_instance_profile(s, "old", ACCESS_ROLE) => 0; |all, _| {
            all[OLD_ACCOUNT]["instance_profiles"] = json!({"theirs": []});
        }
        the_lambdas_role_in_an_instance_profile, |s| add_to_instance_profile(s, "new", LAMBDA) => 0; |all, _| {
            all[NEW_ACCOUNT]["instance_profiles"] = json!({"theirs": []});
        }
        the_access_role_deleted, Stage::delete_access_role => 1, ACCESS_ROLE, ADMIN; |all, _| {
            flows(all, OLD_ACCOUNT).push(ADMIN.into());
        }
        the_lambdas_role_deleted, Stage::delete_lambda_role => 1, LAMBDA, USER, "trigger"; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_access_role_recreated_without_tags, |s| recreate_access_role(s, &[]) => 1, ACCESS_ROLE, "cogmig setup --adopt"; |all, changed| {
            *all = changed.clone();
        }
        the_lambdas_role_recreated_without_tags, |s| recreate_lambda_role(s, &[]) => 1, LAMBDA, "cogmig setup --adopt"; |all, changed| {
            *all = changed.clone();
        }
        the_access_role_recreated_with_tags, |s| recreate_access_role(s, &TAGS) => 1, ACCESS_ROLE, ADMIN; |all, _| {
            flows(all, OLD_ACCOUNT).push(ADMIN.into());
        }
        the_lambdas_role_recreated_with_tags, |s| recreate_lambda_role(s, &TAGS) => 1, LAMBDA, USER, "trigger"; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_access_role_deleted_and_created_again_by_setup, |s| { s.delete_access_role(); s.setup(); } => 1, ADMIN; |all, _| {
            flows(all, OLD_ACCOUNT).push(ADMIN.into());
        }
        the_lambdas_role_deleted_and_created_again_by_setup, |s| { s.delete_lambda_role(); s.setup(); } => 1, USER, "trigger"; |all, _| {
            flows(all, NEW_ACCOUNT).push(USER.into());
        }
        the_access_role_without_the_deployments_tag, |s| untag_role(s, "old", ACCESS_ROLE, &TAGS[..1]) => 1, ACCESS_ROLE, "cogmig setup --adopt"; |all, changed| {
            *all = changed.clone();
        }
        the_lambdas_role_without_the_deployments_tag, |s| untag_role(s, "new", LAMBDA, &TAGS[..1]) => 1, LAMBDA, "cogmig setup --adopt"; |all, changed| {
            *all = changed.clone();
        }
        the_lambdas_role_alone_and_without_its_pool, |s| {
            untag_role(s, "new", LAMBDA, &TAGS[2..]);
            delete_function(s);
            s.delete_policy();
        } => 1, "cogmig:pool", LAMBDA; |all, changed| {
            all[NEW_ACCOUNT] = changed[NEW_ACCOUNT].clone();
        }
        the_access_role_without_its_pool, |s| untag_role(s, "old", ACCESS_ROLE, &["cogmig:pool"]) => 1, "cogmig:pool", ACCESS_ROLE; |all, changed| {
            all[OLD_ACCOUNT] = changed[OLD_ACCOUNT].clone();
        }
    }
}

mod the_rest {
    use super::*;

    teardown_after! {
        the_function_deleted, delete_function => 0
        the_functions_tags_removed, |s| {
            let keys = json!({"Resource": function_arn(), "TagKeys": TAGS});
            s.aws("new", "lambda:UntagResource", keys);
        } => 1, "function", LAMBDA, "not managed by this deployment"; |all, changed| {
            all[NEW_ACCOUNT]["functions"] = changed[NEW_ACCOUNT]["functions"].clone();
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

/// One of the accounts may be closed.
#[test]
fn each_side_can_be_removed_separately() {
    for (first, second) in [("new", "old"), ("old", "new")] {
        let account = |side| match side {
            "new" => NEW_ACCOUNT,
            _ => OLD_ACCOUNT,
        };
        let stage = Stage::new();
        let before = stage.sandbox.snapshot();
        stage.setup();
        let deployed = stage.sandbox.snapshot();
        let run = stage.ok(&format!("teardown --{first}-profile {first}"));
        assert!(
            run.printed("The other account wasn't read or changed"),
            "{run}"
        );
        let half = stage.sandbox.snapshot();
        assert_eq!(half[account(first)], before[account(first)], "{first}");
        assert_eq!(half[account(second)], deployed[account(second)], "{first}");
        // A teardown of both sides also works after one side was removed.
        stage.teardown();
        assert_eq!(stage.sandbox.snapshot(), before, "{first} first");
        stage.setup();
        stage.ok(&format!("teardown --{first}-profile {first}"));
        stage.ok(&format!("teardown --{second}-profile {second}"));
        assert_eq!(stage.sandbox.snapshot(), before, "{first} first");
    }
}

const TAGS: [&str; 3] = ["cogmig:deployment", "cogmig:peer", "cogmig:pool"];

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

fn keep_only_added_flow(stage: &Stage, pool: &Pool) {
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

/// Edits the record of the new app client.
fn invalidate_record(stage: &Stage) {
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
    let attachment = json!({"RoleName": role, "PolicyArn": OTHER_POLICY});
    stage.aws(profile, "iam:AttachRolePolicy", attachment);
}

fn set_boundary(stage: &Stage, profile: &str, role: &str) {
    let boundary = json!({"RoleName": role, "PermissionsBoundary": OTHER_POLICY});
    stage.aws(profile, "iam:PutRolePermissionsBoundary", boundary);
}

fn add_to_instance_profile(stage: &Stage, profile: &str, role: &str) {
    let name = json!({"InstanceProfileName": "theirs"});
    stage.aws(profile, "iam:CreateInstanceProfile", name);
    let both = json!({"InstanceProfileName": "theirs", "RoleName": role});
    stage.aws(profile, "iam:AddRoleToInstanceProfile", both);
}

fn untag_role(stage: &Stage, profile: &str, role: &str, keys: &[&str]) {
    let keys = json!({"RoleName": role, "TagKeys": keys});
    stage.aws(profile, "iam:UntagRole", keys);
}

/// Deletes a role and creates it again later, with these of its tags.
fn recreate(stage: &Stage, profile: &str, name: &str, delete: fn(&Stage), tags: &[&str]) {
    let mut role = stage.aws(profile, "iam:GetRole", json!({"RoleName": name}))["Role"].take();
    let kept = role["Tags"].as_array_mut().unwrap();
    kept.retain(|tag| tags.iter().any(|key| tag["Key"] == *key));
    delete(stage);
    // IAM timestamps have a resolution of one second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let params = json!({
        "RoleName": name, "Tags": role["Tags"],
        "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"].to_string(),
    });
    stage.aws(profile, "iam:CreateRole", params);
}

fn recreate_access_role(stage: &Stage, tags: &[&str]) {
    recreate(stage, "old", ACCESS_ROLE, Stage::delete_access_role, tags);
}

fn recreate_lambda_role(stage: &Stage, tags: &[&str]) {
    recreate(stage, "new", LAMBDA, Stage::delete_lambda_role, tags);
}
