//! The printed policies are sufficient for every command and minimal: without each action, a
//! command fails, and with it, the same command succeeds.

use std::collections::BTreeSet;
use std::process::Command;

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, Stage};
use crate::{sign_in::mfa, teardown::undo};

const DEDICATED: &str = "--dedicated-old-client";
const SMALL: &str = "setup --lambda-zip small.zip";
const OTHER_POLICY: &str = "arn:aws:iam::aws:policy/SecurityAudit";

/// The policy that `cogmig policy` prints without credentials.
pub fn printed(words: &str) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cogmig"));
    command.env_clear().current_dir(std::env::temp_dir());
    let run = Run::of(command.arg("policy").args(words.split_whitespace()));
    run.assert_ended(0, words);
    assert_eq!(run.stderr, "", "{words}");
    run.json()
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values
            .iter()
            .map(|one| one.as_str().unwrap().into())
            .collect(),
        one => vec![one.as_str().unwrap().into()],
    }
}

fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap();
    statements
        .iter()
        .flat_map(|statement| list(&statement["Action"]))
        .collect()
}

/// The policy without one of its actions.
fn without(policy: &Value, action: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    let count = |statements: &Vec<Value>| -> usize {
        statements
            .iter()
            .map(|one| list(&one["Action"]).len())
            .sum()
    };
    let all = count(statements);
    for statement in statements.iter_mut() {
        let mut left = list(&statement["Action"]);
        left.retain(|one| one != action);
        statement["Action"] = left.into();
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    assert!(count(statements) < all, "{action} is not in it");
    policy
}

/// A pipeline: in each account, a user with exactly the printed policy.
pub struct Pipeline {
    pub stage: Stage,
    policies: [Value; 2],
}

impl Pipeline {
    /// With options for the old side's policy.
    pub fn new(options: &str) -> Self {
        Self::on(Stage::new(), [options, ""])
    }

    /// With options for each side's policy.
    fn on(stage: Stage, options: [&str; 2]) -> Self {
        let known = [
            format!("old --account {OLD_ACCOUNT} --old-pool {}", stage.old.id),
            format!("new --account {NEW_ACCOUNT} --new-pool {}", stage.new.id),
        ];
        let policies = [0, 1].map(|side| printed(&format!("{} {}", known[side], options[side])));
        stage.user("old", "old-pipeline");
        stage.user("new", "new-pipeline");
        let pipeline = Self { stage, policies };
        pipeline.grant_all();
        pipeline
    }

    pub fn grant(&self, side: &str, policy: &Value) {
        self.stage.grant(side, &format!("{side}-pipeline"), policy);
    }

    /// Grants both users their full printed policies.
    pub fn grant_all(&self) {
        self.grant("old", &self.policies[0]);
        self.grant("new", &self.policies[1]);
    }

    pub fn policy(&self, side: &str) -> &Value {
        &self.policies[usize::from(side == "new")]
    }

    #[track_caller]
    pub fn ends(&self, code: i32, command: &str) -> Run {
        let profiles = "--old-profile old-pipeline --new-profile new-pipeline";
        self.stage.ends(code, &format!("{command} {profiles}"))
    }

    /// Checks that the command fails without this action, reports it, and succeeds with it.
    #[track_caller]
    fn needs(&self, side: &str, action: &str, command: &str) {
        self.grant(side, &without(self.policy(side), action));
        let run = self.ends(1, command);
        run.assert_stderr(&[action, "AccessDenied"]);
        self.grant_all();
        self.ends(0, command);
    }
}

/// An action, a change by others beforehand, and the command that needs the action.
struct Row {
    side: &'static str,
    action: &'static str,
    before: fn(&Stage),
    command: &'static str,
}

const fn row(
    side: &'static str,
    action: &'static str,
    before: fn(&Stage),
    command: &'static str,
) -> Row {
    Row {
        side,
        action,
        before,
        command,
    }
}

fn no_change(_: &Stage) {}

fn set_up(stage: &Stage) {
    stage.ok(&format!("{SMALL} {BOTH}"));
}

fn set_up_dedicated(stage: &Stage) {
    stage.ok(&format!("{SMALL} {DEDICATED} {BOTH}"));
}

/// Replaces the trust policy of a role.
fn replace_trust_policy(stage: &Stage, side: &str, role: &str) {
    set_up(stage);
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"},
    }]});
    let params = json!({"RoleName": role, "PolicyDocument": trust.to_string()});
    stage.aws(side, "iam:UpdateAssumeRolePolicy", params);
}

/// Adds policies of others to a role of the deployment.
fn add_other_policies(stage: &Stage, side: &str, role: &str) {
    set_up(stage);
    let all = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"},
    ]});
    let inline =
        json!({"RoleName": role, "PolicyName": "theirs", "PolicyDocument": all.to_string()});
    stage.aws(side, "iam:PutRolePolicy", inline);
    let attached = json!({"RoleName": role, "PolicyArn": OTHER_POLICY});
    stage.aws(side, "iam:AttachRolePolicy", attached);
}

/// Adds a role of the deployment to an instance profile with the same name.
fn add_to_instance_profile(stage: &Stage, side: &str, role: &str) {
    set_up(stage);
    // It may exist from the previous row.
    let _ = stage.try_aws(
        side,
        "iam:CreateInstanceProfile",
        json!({"InstanceProfileName": role}),
    );
    let params = json!({"InstanceProfileName": role, "RoleName": role});
    stage.aws(side, "iam:AddRoleToInstanceProfile", params);
}

fn set_up_with_all_versions(stage: &Stage) {
    set_up(stage);
    stage.fill_policy_versions();
}

/// Sets up with another app client, which is then deleted.
fn for_another_client(stage: &Stage, side: &str) {
    let pool = if side == "old" {
        &stage.old
    } else {
        &stage.new
    };
    let other = stage.sandbox.client(pool, "other", json!({})).unwrap();
    let clients = format!(
        "--old-client {} --new-client {}",
        stage.old.client, stage.new.client
    );
    let clients = clients.replace(&pool.client, &other);
    stage.ok(&format!("{SMALL} {clients} {BOTH}"));
    let id = json!({"ClientId": other});
    stage.in_pool(pool, "DeleteUserPoolClient", id);
}

/// The write actions. The read actions come from the policies themselves.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("old", "iam:CreateRole", no_change, SMALL),
    row("old", "iam:TagRole", no_change, SMALL),
    row("old", "iam:PutRolePolicy", no_change, SMALL),
    row("old", "cognito-idp:UpdateUserPoolClient", no_change, SMALL),
    row("old", "iam:UpdateAssumeRolePolicy", |s| replace_trust_policy(s, "old", ACCESS_ROLE), SMALL),
    row("old", "iam:UntagRole", |s| for_another_client(s, "old"), "setup --lambda-zip small.zip --old-client web"),
    row("old", "iam:DeleteRole", set_up, "teardown"),
    row("old", "iam:DeleteRolePolicy", set_up, "teardown"),
    row("old", "iam:DetachRolePolicy", |s| add_other_policies(s, "old", ACCESS_ROLE), "teardown"),
    row("old", "iam:ListInstanceProfilesForRole", |s| add_to_instance_profile(s, "old", ACCESS_ROLE), "teardown"),
    row("old", "iam:RemoveRoleFromInstanceProfile", |s| add_to_instance_profile(s, "old", ACCESS_ROLE), "teardown"),
    row("new", "iam:CreateRole", no_change, SMALL),
    row("new", "iam:TagRole", no_change, SMALL),
    row("new", "iam:AttachRolePolicy", no_change, SMALL),
    row("new", "iam:PassRole", no_change, SMALL),
    row("new", "iam:UpdateAssumeRolePolicy", |s| replace_trust_policy(s, "new", LAMBDA), SMALL),
    row("new", "iam:UntagRole", |s| for_another_client(s, "new"), "setup --lambda-zip small.zip --new-client web"),
    row("new", "iam:CreatePolicy", no_change, SMALL),
    row("new", "iam:TagPolicy", no_change, SMALL),
    row("new", "iam:CreatePolicyVersion", set_up_with_all_versions, SMALL),
    row("new", "iam:ListPolicyVersions", set_up_with_all_versions, SMALL),
    row("new", "iam:DeletePolicyVersion", set_up_with_all_versions, SMALL),
    row("new", "iam:DeletePolicy", set_up, "teardown"),
    row("new", "iam:DeleteRole", set_up, "teardown"),
    row("new", "iam:DeleteRolePolicy", |s| add_other_policies(s, "new", LAMBDA), "teardown"),
    row("new", "iam:DetachRolePolicy", set_up, "teardown"),
    row("new", "iam:ListInstanceProfilesForRole", |s| add_to_instance_profile(s, "new", LAMBDA), "teardown"),
    row("new", "iam:RemoveRoleFromInstanceProfile", |s| add_to_instance_profile(s, "new", LAMBDA), "teardown"),
    row("new", "lambda:CreateFunction", no_change, SMALL),
    row("new", "lambda:TagResource", no_change, SMALL),
    row("new", "lambda:AddPermission", no_change, SMALL),
    row("new", "lambda:RemovePermission", |s| {
        set_up(s);
        s.set_permission("arn:aws:cognito-idp:eu-central-1:222222222222:userpool/eu-central-1_other");
    }, SMALL),
    row("new", "lambda:UpdateFunctionCode", |s| {
        set_up(s);
        s.replace_function_code();
    }, SMALL),
    row("new", "lambda:UpdateFunctionConfiguration", |s| {
        set_up(s);
        let params = json!({"FunctionName": LAMBDA, "MemorySize": 128});
        s.aws("new", "lambda:UpdateFunctionConfiguration", params);
    }, SMALL),
    row("new", "lambda:DeleteFunction", set_up, "teardown"),
    row("new", "lambda:PutFunctionConcurrency", |s| {
        set_up(s);
        let params = json!({"FunctionName": LAMBDA, "ReservedConcurrentExecutions": 7});
        s.aws("new", "lambda:PutFunctionConcurrency", params);
        s.set_function(&json!({"State": "Failed"}));
    }, SMALL),
    row("new", "logs:CreateLogGroup", no_change, SMALL),
    row("new", "logs:TagResource", no_change, SMALL),
    row("new", "logs:PutRetentionPolicy", no_change, SMALL),
    row("new", "logs:DeleteLogGroup", set_up, "teardown"),
    row("new", "cognito-idp:UpdateUserPool", no_change, SMALL),
    row("new", "cognito-idp:UpdateUserPoolClient", no_change, SMALL),
];

/// Actions with separate tests: they need another pool, the invoked function, or its log, or are
/// needed only by some commands.
const TESTED_SEPARATELY: [&str; 13] = [
    "cloudwatch:GetMetricData",
    "cognito-idp:GetUserPoolMfaConfig",
    "cognito-idp:ListIdentityProviders",
    "cognito-idp:ListPointInTimeRecoveries",
    "cognito-idp:ListResourceServers",
    "cognito-idp:ListUserImportJobs",
    "cognito-idp:ListUserPoolClientSecrets",
    "cognito-idp:ListUserPools",
    "cognito-idp:ListUsers",
    "lambda:GetAccountSettings",
    "lambda:InvokeFunction",
    "logs:GetQueryResults",
    "logs:StartQuery",
];

fn assert_each_needed(rows: impl Iterator<Item = &'static Row>) {
    let pipeline = Pipeline::new("");
    pipeline.stage.small_package();
    for row in rows {
        (row.before)(&pipeline.stage);
        pipeline.needs(row.side, row.action, row.command);
        pipeline.stage.teardown();
    }
}

fn rows(side: &str, services: &[&str]) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| {
        row.side == side
            && services
                .iter()
                .any(|service| row.action.starts_with(service))
    })
}

#[test]
fn each_write_permission_in_the_old_account_is_needed() {
    assert_each_needed(rows("old", &[""]));
}

#[test]
fn each_write_permission_for_roles_and_policies_in_the_new_account_is_needed() {
    assert_each_needed(rows("new", &["iam:"]));
}

#[test]
fn each_write_permission_for_function_logs_and_pool_in_the_new_account_is_needed() {
    assert_each_needed(rows("new", &["lambda:", "logs:", "cognito-idp:"]));
}

#[test]
fn each_read_permission_is_needed() {
    let pipeline = Pipeline::new("");
    pipeline.stage.small_package();
    set_up(&pipeline.stage);
    for side in ["old", "new"] {
        for action in actions(&printed(&format!("{side} --read-only"))) {
            if TESTED_SEPARATELY.contains(&action.as_str()) {
                continue;
            }
            pipeline.grant(side, &without(pipeline.policy(side), &action));
            let run = pipeline.ends(1, "plan --lambda-zip small.zip");
            // Without its tags, the function seems not to be managed by this deployment.
            let expected = match action.as_str() {
                "lambda:ListTags" => "cogmig:deployment",
                denied => denied,
            };
            run.assert_stderr(&[expected]);
            pipeline.grant_all();
        }
    }
}

/// Without it, plan and setup work and report it. `user` needs it in both accounts.
#[test]
fn the_permission_to_list_users_is_needed_only_to_report_users() {
    let pipeline = Pipeline::new("");
    let action = "cognito-idp:ListUsers";
    for side in ["old", "new"] {
        pipeline.grant(side, &without(pipeline.policy(side), action));
        let run = pipeline.ends(0, "plan");
        assert_eq!(run.printed(action), side == "old", "{run}");
        let run = pipeline.ends(1, "user ada");
        run.assert_stderr(&[action, "AccessDenied"]);
        pipeline.grant_all();
        pipeline.ends(0, "user ada");
    }
}

#[test]
fn the_permission_to_list_user_pools_is_needed_only_to_find_a_user_pool() {
    let pipeline = Pipeline::new("");
    let action = "cognito-idp:ListUserPools";
    for side in ["old", "new"] {
        pipeline.grant(side, &without(pipeline.policy(side), action));
        let run = pipeline.ends(1, "plan");
        run.assert_stderr(&[action, "AccessDenied"]);
        let (old, new) = (&pipeline.stage.old.id, &pipeline.stage.new.id);
        pipeline.ends(0, &format!("plan --old-pool {old} --new-pool {new}"));
        pipeline.grant_all();
    }
}

/// Without one of them, setup works, and its plan names the permission.
#[test]
fn the_permissions_for_optional_checks_are_needed_only_for_these_checks() {
    let pipeline = Pipeline::new("");
    for (side, action) in [
        ("old", "cognito-idp:ListIdentityProviders"),
        ("old", "cognito-idp:ListResourceServers"),
        ("old", "cognito-idp:ListUserPoolClientSecrets"),
        ("new", "cognito-idp:GetUserPoolMfaConfig"),
        ("new", "cognito-idp:ListIdentityProviders"),
        ("new", "cognito-idp:ListResourceServers"),
    ] {
        let run = pipeline.ends(0, "plan");
        assert!(!run.printed(action), "{action}\n{run}");
        pipeline.grant(side, &without(pipeline.policy(side), action));
        let run = pipeline.ends(0, "plan");
        assert!(run.printed(&format!("allow {action} in")), "{run}");
        pipeline.grant_all();
    }
}

/// Without them, the commands work, and report that something can run unnoticed.
#[test]
fn the_permissions_to_list_jobs_and_recoveries_are_needed_only_to_report_them() {
    let pipeline = Pipeline::new("");
    for side in ["old", "new"] {
        for action in [
            "cognito-idp:ListUserImportJobs",
            "cognito-idp:ListPointInTimeRecoveries",
        ] {
            pipeline.grant(side, &without(pipeline.policy(side), action));
            for command in ["plan", "status"] {
                let run = pipeline.ends(0, command);
                assert!(run.printed(&format!("allow {action}")), "{run}");
                let pool = format!("is in progress in the {side} pool:");
                assert!(run.printed(&pool), "{run}");
            }
            pipeline.grant_all();
            let run = pipeline.ends(0, "plan");
            assert!(!run.printed("is in progress in"), "{run}");
        }
    }
}

#[test]
fn the_table_of_actions_is_complete() {
    for side in ["old", "new"] {
        let all = actions(&printed(side));
        let mut tested = actions(&printed(&format!("{side} --read-only")));
        tested.extend(rows(side, &[""]).map(|row| row.action.to_owned()));
        tested.extend(
            TESTED_SEPARATELY
                .map(str::to_owned)
                .into_iter()
                .filter(|one| all.contains(one)),
        );
        assert_eq!(tested, all, "{side}");
    }
}

/// Checks that every command works with the printed policies.
fn assert_sufficient(options: &str) {
    assert_sufficient_for(&Pipeline::new(options), options);
}

fn assert_sufficient_for(pipeline: &Pipeline, options: &str) {
    let stage = &pipeline.stage;
    let before = stage.sandbox.snapshot();
    for command in [
        format!("plan {options}"),
        format!("setup {options}"),
        format!("plan --detailed-exitcode {options}"),
        format!("verify {options}"),
        format!("status --detailed-exitcode {options}"),
        format!("user ada {options}"),
        format!("setup {options}"),
        "teardown --dry-run".to_owned(),
        "teardown".to_owned(),
        "teardown".to_owned(),
    ] {
        pipeline.ends(0, &command);
    }
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_policies_are_sufficient() {
    assert_sufficient("");
}

#[test]
fn the_policies_are_sufficient_with_a_dedicated_app_client() {
    assert_sufficient(DEDICATED);
}

/// Creates a policy for permissions boundaries in both accounts.
fn create_boundaries(stage: &Stage) {
    let all = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ]});
    for side in ["old", "new"] {
        let policy = json!({"PolicyName": "boundary", "PolicyDocument": all.to_string()});
        stage.aws(side, "iam:CreatePolicy", policy);
    }
}

#[test]
fn the_policies_are_sufficient_with_a_boundary_a_path_and_tags() {
    let options = "--permissions-boundary boundary --role-path /app/ --tag team=identity";
    let pipeline = Pipeline::on(Stage::new(), [options, options]);
    create_boundaries(&pipeline.stage);
    assert_sufficient_for(&pipeline, options);
    // The policies don't permit roles without the boundary, or under another path.
    for other in [
        "--role-path /app/ --permissions-boundary none",
        "--permissions-boundary boundary",
    ] {
        let run = pipeline.ends(1, &format!("setup {other}"));
        run.assert_stderr(&["AccessDenied"]);
    }
}

#[test]
fn each_permission_for_a_boundary_and_tags_is_needed() {
    let options = "--permissions-boundary boundary --tag team=identity";
    let mut pipeline = Pipeline::on(Stage::new(), [options, options]);
    pipeline.stage.small_package();
    create_boundaries(&pipeline.stage);
    for side in ["old", "new"] {
        set_up(&pipeline.stage);
        let with_boundary = format!("{SMALL} --{side}-permissions-boundary boundary");
        pipeline.needs(side, "iam:PutRolePermissionsBoundary", &with_boundary);
        pipeline.stage.teardown();
    }
    for action in [
        "iam:UntagPolicy",
        "lambda:UntagResource",
        "logs:UntagResource",
    ] {
        pipeline
            .stage
            .ok(&format!("{SMALL} --tag team=identity {BOTH}"));
        pipeline.needs("new", action, &format!("{SMALL} --tag none"));
        pipeline.stage.teardown();
    }
    let none = "--permissions-boundary none";
    let known = |side: &str| printed(&format!("{side} {none}"));
    pipeline.policies = ["old", "new"].map(known);
    pipeline.grant_all();
    for side in ["old", "new"] {
        let bounded = format!("{SMALL} --{side}-permissions-boundary boundary {BOTH}");
        pipeline.stage.ok(&bounded);
        let remove = format!("{SMALL} {none}");
        pipeline.needs(side, "iam:DeleteRolePermissionsBoundary", &remove);
        pipeline.stage.teardown();
    }
}

#[test]
fn the_policies_are_sufficient_without_ids_and_for_another_suffix() {
    let mut pipeline = Pipeline::new("");
    pipeline.policies = ["old --suffix blue", "new --suffix blue"].map(printed);
    pipeline.grant_all();
    for command in [
        "setup --suffix blue",
        "verify --suffix blue",
        "teardown --suffix blue",
    ] {
        pipeline.ends(0, command);
    }
    // For the default deployment, they permit only reading the roles.
    let run = pipeline.ends(1, "setup");
    run.assert_stderr(&["AccessDenied"]);
}

#[test]
fn read_permissions_are_sufficient_for_plan_and_status_only() {
    let mut pipeline = Pipeline::new("");
    let stage = &pipeline.stage;
    let before = stage.sandbox.snapshot();
    let full = pipeline.policies.clone();
    pipeline.policies = ["old --read-only", "new --read-only"].map(printed);
    pipeline.grant_all();
    let stage = &pipeline.stage;
    pipeline.ends(0, "plan");
    pipeline.ends(1, "setup");
    assert_eq!(stage.sandbox.snapshot(), before);
    stage.setup();
    let deployed = stage.sandbox.snapshot();
    pipeline.ends(0, "plan --detailed-exitcode");
    pipeline.ends(0, "teardown --dry-run");
    // Pull requests must not be able to read users.
    let run = pipeline.ends(0, "plan");
    assert!(run.printed("no user of the old pool was checked"), "{run}");
    pipeline
        .ends(1, "user ada")
        .assert_stderr(&["cognito-idp:ListUsers"]);
    let status = |pipeline: &Pipeline| pipeline.ends(0, "status --output json").json();
    for error in ["log_error", "metric_error"] {
        assert_eq!(status(&pipeline)["status"][error], Value::Null);
    }
    for (action, error) in [
        ("logs:StartQuery", "log_error"),
        ("logs:GetQueryResults", "log_error"),
        ("cloudwatch:GetMetricData", "metric_error"),
    ] {
        let without_counts = without(pipeline.policy("new"), action);
        pipeline.grant("new", &without_counts);
        let grant = status(&pipeline)["status"][error]["grant"].take();
        assert_eq!(grant, action);
    }
    pipeline.grant_all();
    let run = pipeline.ends(1, "verify");
    run.assert_stderr(&["lambda:InvokeFunction"]);
    pipeline.ends(1, "teardown");
    assert_eq!(stage.sandbox.snapshot(), deployed);
    pipeline.policies = full;
    pipeline.needs("new", "lambda:InvokeFunction", "verify");
}

#[test]
fn each_permission_for_a_dedicated_app_client_is_needed() {
    let pipeline = Pipeline::new(DEDICATED);
    let stage = &pipeline.stage;
    stage.small_package();
    let setup = &format!("{SMALL} {DEDICATED}");
    pipeline.needs("old", "cognito-idp:CreateUserPoolClient", setup);
    stage.teardown();
    set_up_dedicated(stage);
    pipeline.needs("old", "cognito-idp:DeleteUserPoolClient", "teardown");
    // The dedicated app client replaces the application's.
    set_up(stage);
    pipeline.needs("old", "cognito-idp:UpdateUserPoolClient", setup);
}

#[test]
fn each_permission_for_mfa_is_needed() {
    let sms = format!("--sms-role arn:aws:iam::{NEW_ACCOUNT}:role/sms");
    let pipeline = Pipeline::on(mfa::stage(true), ["", &sms]);
    let stage = &pipeline.stage;
    stage.small_package();
    let setup = &format!("{SMALL} --mfa-users migrate");
    pipeline.needs("new", "cognito-idp:GetUserPoolMfaConfig", setup);
    stage.teardown();
    // Without it, users of the old pool may have codes by email.
    let plan = "plan --lambda-zip small.zip --mfa-users migrate";
    let action = "cognito-idp:GetUserPoolMfaConfig";
    let lost = "authenticator apps and codes by email aren't migrated";
    assert!(!pipeline.ends(0, plan).printed(lost));
    pipeline.grant("old", &without(pipeline.policy("old"), action));
    assert!(pipeline.ends(0, plan).printed(lost));
    pipeline.grant_all();
    // Another statement permits passing the Lambda function's role.
    let mut policy = pipeline.policy("new").clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| statement["Sid"] != "PassSmsRole");
    pipeline.grant("new", &policy);
    let run = pipeline.ends(1, setup);
    run.assert_stderr(&["cognito-idp:UpdateUserPool", "iam:PassRole"]);
    pipeline.grant_all();
    pipeline.ends(0, setup);
    pipeline.ends(0, "teardown");
}

/// Each update of a pool with custom sender triggers creates a grant, also that of teardown.
#[test]
fn the_permission_for_the_key_of_custom_senders_is_needed_and_in_the_plan() {
    let key =
        format!("arn:aws:kms:eu-central-1:{NEW_ACCOUNT}:key/11111111-2222-3333-4444-555555555555");
    let sender = format!("arn:aws:lambda:eu-central-1:{NEW_ACCOUNT}:function:sender");
    let stage = Stage::with_new_pool(json!({"LambdaConfig": {
        "KMSKeyID": key, "CustomEmailSender": {"LambdaArn": sender, "LambdaVersion": "V1_0"},
    }}));
    let pipeline = Pipeline::on(stage, ["", &format!("--kms-key {key}")]);
    let stage = &pipeline.stage;
    stage.small_package();
    let before = stage.sandbox.snapshot();
    let told = format!("cogmig policy new --kms-key {key}");
    let run = pipeline.ends(0, &format!("plan {}", &SMALL["setup ".len()..]));
    assert!(
        run.printed("requires kms:CreateGrant") && run.printed(&told),
        "{run}"
    );
    pipeline.needs("new", "kms:CreateGrant", SMALL);
    let run = pipeline.ends(0, "teardown --dry-run");
    assert!(run.printed(&told), "{run}");
    pipeline.needs("new", "kms:CreateGrant", "teardown");
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_permission_to_check_the_prior_trigger_is_needed() {
    let pipeline = Pipeline::on(undo::with_other_trigger(), ["", "--replace-trigger"]);
    let stage = &pipeline.stage;
    stage.small_package();
    pipeline.ends(0, &format!("{SMALL} --replace-trigger"));
    stage.aws(
        "new",
        "lambda:DeleteFunction",
        json!({"FunctionName": "other"}),
    );
    let run = pipeline.ends(1, "teardown --dry-run");
    run.assert_stderr(&["no longer exists, so it isn't restored"]);
    // Without it, teardown would restore a trigger whose function doesn't exist.
    let known = format!("new --account {NEW_ACCOUNT} --new-pool {}", stage.new.id);
    pipeline.grant("new", &printed(&known));
    pipeline.ends(0, "teardown --dry-run");
}
