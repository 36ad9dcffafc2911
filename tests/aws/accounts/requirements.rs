//! What accounts require of new resources: a permissions boundary and a path for roles, and tags.

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

/// The profiles of users that an account's policies restrict.
const LIMITED: &str = "--old-profile old-limited --new-profile new-limited";
const SIDES: [(&str, &str, &str); 2] = [
    ("old", OLD_ACCOUNT, ACCESS_ROLE),
    ("new", NEW_ACCOUNT, LAMBDA),
];

/// In each account, a user with all permissions except for these statements.
fn limited(denied: &Value) -> Stage {
    let stage = Stage::new();
    for (side, ..) in SIDES {
        let user = format!("{side}-limited");
        stage.user(side, &user);
        let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let document = json!({"Version": "2012-10-17", "Statement": [all, denied]});
        stage.grant(side, &user, &document);
    }
    stage
}

fn boundary_of(account: &str) -> String {
    format!("arn:aws:iam::{account}:policy/team/boundary")
}

/// Creates the policy `team/boundary` in both accounts.
fn create_boundaries(stage: &Stage) {
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let document = json!({"Version": "2012-10-17", "Statement": [all]});
    for (side, ..) in SIDES {
        let policy = json!({
            "PolicyName": "boundary", "Path": "/team/", "PolicyDocument": document.to_string(),
        });
        stage.aws(side, "iam:CreatePolicy", policy);
    }
}

fn role(stage: &Stage, side: &str, name: &str) -> Value {
    stage.aws(side, "iam:GetRole", json!({"RoleName": name}))["Role"].clone()
}

/// The boundaries of both roles.
fn boundaries(stage: &Stage) -> [Value; 2] {
    SIDES.map(|(side, _, name)| {
        role(stage, side, name)["PermissionsBoundary"]["PermissionsBoundaryArn"].clone()
    })
}

/// Checks that plain commands keep the options, and that a user is migrated.
fn assert_kept(stage: &Stage) {
    for command in ["setup", "plan --detailed-exitcode", "verify"] {
        stage.changes_nothing(0, &format!("{command} {LIMITED}"));
    }
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[track_caller]
fn assert_removed(stage: &Stage, before: &Value) {
    stage.ok(&format!("teardown {LIMITED}"));
    stage.delete_user("ada");
    assert_eq!(&json!(stage.sandbox.snapshot()), before);
}

#[test]
fn roles_get_the_permissions_boundary_that_the_accounts_require() {
    let stage = limited(&json!({
        "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*",
        "Condition": {"StringNotLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/team/boundary"}},
    }));
    create_boundaries(&stage);
    let before = json!(stage.sandbox.snapshot());
    let run = stage.ends(1, &format!("setup {LIMITED}"));
    run.assert_stderr(&[
        "iam:CreateRole",
        "old account 111111111111",
        "--permissions-boundary",
    ]);
    let expected = SIDES.map(|(_, account, _)| json!(boundary_of(account)));
    // Without the boundary, nothing was created that needs the role.
    stage.ok(&format!(
        "setup {LIMITED} --permissions-boundary team/boundary"
    ));
    assert_eq!(boundaries(&stage), expected);
    assert_kept(&stage);
    // An administrator removes one, which is drift.
    let name = json!({"RoleName": LAMBDA});
    stage.aws("new", "iam:DeleteRolePermissionsBoundary", name);
    let run = stage.changes_nothing(1, &format!("verify {LIMITED}"));
    assert!(
        run.printed(&format!(
            "permissions boundary: missing {}",
            boundary_of(NEW_ACCOUNT)
        )),
        "{run}"
    );
    stage.ok(&format!("setup {LIMITED}"));
    assert_eq!(boundaries(&stage), expected);
    // Each side can have its own, and none.
    stage.ok(&format!(
        "setup {LIMITED} --old-permissions-boundary none --new-permissions-boundary arn:aws:iam::aws:policy/AdministratorAccess"
    ));
    let others = [
        Value::Null,
        "arn:aws:iam::aws:policy/AdministratorAccess".into(),
    ];
    assert_eq!(boundaries(&stage), others);
    assert_kept(&stage);
    assert_removed(&stage, &before);
}

/// A role that setup didn't finish, or to which an administrator added a boundary.
#[test]
fn a_boundary_that_others_added_is_kept() {
    let stage = Stage::new();
    create_boundaries(&stage);
    stage.setup();
    for (side, account, name) in SIDES {
        let boundary = json!({"RoleName": name, "PermissionsBoundary": boundary_of(account)});
        stage.aws(side, "iam:PutRolePermissionsBoundary", boundary);
    }
    let expected = SIDES.map(|(_, account, _)| json!(boundary_of(account)));
    stage.changes_nothing(0, &format!("verify {BOTH}"));
    stage.ok(&format!("setup {BOTH} --log-retention 30"));
    assert_eq!(boundaries(&stage), expected);
}

#[test]
fn a_boundary_of_another_account_is_an_error_before_any_change() {
    let stage = Stage::new();
    create_boundaries(&stage);
    let arn = boundary_of(OLD_ACCOUNT);
    let run = stage.changes_nothing(64, &format!("setup {BOTH} --permissions-boundary {arn}"));
    run.assert_stderr(&[
        "the policy isn't in the new account, which is 222222222222",
        "--new-permissions-boundary",
    ]);
    let run = stage.ends(1, &format!("setup {BOTH} --permissions-boundary missing"));
    run.assert_stderr(&["NoSuchEntity", "--permissions-boundary"]);
}

#[test]
fn roles_get_the_path_that_the_accounts_allow() {
    let stage = Stage::new();
    for (side, account, _) in SIDES {
        let user = format!("{side}-limited");
        stage.user(side, &user);
        let roles = format!("arn:aws:iam::{account}:role/app/*");
        let policies = format!("arn:aws:iam::{account}:policy/*");
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:*", "Resource": [roles, policies]},
        ]});
        stage.grant(side, &user, &document);
    }
    let before = json!(stage.sandbox.snapshot());
    let run = stage.ends(1, &format!("setup {LIMITED}"));
    run.assert_stderr(&["AccessDenied", "--role-path"]);
    stage.changes_nothing(0, &format!("plan {LIMITED} --role-path /app/"));
    stage.ok(&format!("setup {LIMITED} --role-path /app/"));
    for (side, account, name) in SIDES {
        let arn = format!("arn:aws:iam::{account}:role/app/{name}");
        assert_eq!(role(&stage, side, name)["Arn"], arn);
    }
    let trust = &role(&stage, "old", ACCESS_ROLE)["AssumeRolePolicyDocument"];
    let condition = &trust["Statement"][0]["Condition"]["ArnEquals"]["aws:PrincipalArn"];
    assert_eq!(
        condition,
        &json!(format!("arn:aws:iam::{NEW_ACCOUNT}:role/app/{LAMBDA}"))
    );
    assert_kept(&stage);
    // IAM can't move a role.
    let run = stage.changes_nothing(1, &format!("setup {LIMITED} --role-path /other/"));
    run.assert_stderr(&["/app/", "can't be changed to /other/", "cogmig teardown"]);
    assert_removed(&stage, &before);
    // Without the role, IAM knows no path, and denies to read it.
    stage.changes_nothing(0, &format!("teardown {LIMITED}"));
}

fn tags(stage: &Stage) -> Vec<Value> {
    let new = json!(stage.sandbox.snapshot())[NEW_ACCOUNT].take();
    let old = json!(stage.sandbox.snapshot())[OLD_ACCOUNT].take();
    let all = [
        &old["roles"][0],
        &new["roles"][0],
        &new["policies"][0],
        &new["functions"][0],
        &new["log_groups"][0],
    ];
    all.map(|resource| resource["tags"].clone()).into()
}

#[track_caller]
fn assert_tagged(stage: &Stage, expected: &[(&str, Option<&str>)]) {
    for found in tags(stage) {
        assert_eq!(found["cogmig:deployment"], "default", "{found}");
        for (key, value) in expected {
            assert_eq!(found[*key], json!(value), "{key} {found}");
        }
    }
}

#[test]
fn all_resources_get_the_tags_that_the_accounts_require() {
    let stage = limited(&json!({
        "Effect": "Deny", "Resource": "*",
        "Action": ["iam:CreateRole", "iam:CreatePolicy", "lambda:CreateFunction", "logs:CreateLogGroup"],
        "Condition": {"StringNotEquals": {"aws:RequestTag/team": "identity"}},
    }));
    let before = json!(stage.sandbox.snapshot());
    let run = stage.ends(1, &format!("setup {LIMITED}"));
    run.assert_stderr(&["--tag"]);
    stage.ok(&format!(
        "setup {LIMITED} --tag team=identity --tag cost-center=7"
    ));
    assert_tagged(
        &stage,
        &[("team", Some("identity")), ("cost-center", Some("7"))],
    );
    assert_kept(&stage);
    // A changed tag is drift, and tags of others aren't.
    let group = format!("arn:aws:logs:eu-central-1:{NEW_ACCOUNT}:log-group:{LOG_GROUP}");
    let edited = json!({"resourceArn": group, "tags": {"team": "other", "owner": "ops"}});
    stage.aws("new", "logs:TagResource", edited);
    let run = stage.changes_nothing(1, &format!("verify {LIMITED}"));
    assert!(
        run.printed("tags: team=other, configured team=identity"),
        "{run}"
    );
    assert!(!run.printed("owner"), "{run}");
    // Only the tags of an earlier setup are removed.
    stage.ok(&format!("setup {LIMITED} --tag team=identity"));
    assert_tagged(&stage, &[("team", Some("identity")), ("cost-center", None)]);
    assert_eq!(tags(&stage)[4]["owner"], "ops");
    // IAM doesn't distinguish keys by case.
    stage.ok(&format!("setup {LIMITED} --tag Team=identity"));
    assert_tagged(&stage, &[("Team", Some("identity"))]);
    stage.changes_nothing(0, &format!("verify {LIMITED}"));
    stage.ok(&format!("setup {LIMITED} --tag none"));
    assert_tagged(&stage, &[("Team", None)]);
    assert_tagged(&stage, &[("team", None), ("cost-center", None)]);
    stage.changes_nothing(0, &format!("verify {LIMITED}"));
    assert_removed(&stage, &before);
}

/// Setup was stopped before it created the function, which has the options on record.
#[test]
fn without_the_function_the_options_are_those_of_the_roles() {
    let stage = Stage::new();
    create_boundaries(&stage);
    let options = "--permissions-boundary team/boundary --role-path /app/ --tag team=identity";
    stage.ok(&format!("setup {BOTH} {options}"));
    let expected = boundaries(&stage);
    for (side, _, name) in SIDES {
        let others = json!([{"Key": "CreatedBy", "Value": "alice"}]);
        stage.aws(
            side,
            "iam:TagRole",
            json!({"RoleName": name, "Tags": others}),
        );
    }
    stage.aws(
        "new",
        "lambda:DeleteFunction",
        json!({"FunctionName": LAMBDA}),
    );
    let run = stage.ok(&format!(
        "setup {BOTH} --allow options-lost --forgot-password migrate"
    ));
    assert!(
        run.printed("option tag = team=identity (existing deployment)"),
        "{run}"
    );
    assert_eq!(boundaries(&stage), expected);
    assert_tagged(&stage, &[("team", Some("identity"))]);
    // A tag that no option named isn't an option.
    assert_eq!(tags(&stage)[3]["CreatedBy"], Value::Null);
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// The tags of a role can't change which policy bounds it, nor the undo record.
#[test]
fn tags_of_the_deployment_cannot_be_set_by_an_option() {
    let stage = Stage::new();
    for (tag, why) in [
        ("cogmig:pool=x", "reserved"),
        ("AWS:x=y", "reserved"),
        ("team", "KEY=VALUE"),
        ("team=a --tag TEAM=b", "another tag has this key"),
    ] {
        let run: Run = stage.changes_nothing(64, &format!("plan {BOTH} --tag {tag}"));
        run.assert_stderr(&["--tag", why]);
    }
    let run = stage.changes_nothing(64, &format!("plan {BOTH} --role-path app"));
    run.assert_stderr(&["--role-path app", "/app/"]);
}

/// The roles of another deployment have its path. The flows that they have on record are kept.
#[test]
fn the_record_of_a_deployment_under_another_path_is_respected() {
    let stage = Stage::new();
    let before = stage.sandbox.snapshot();
    stage.setup();
    let other = stage.sandbox.pool("new", "other").unwrap();
    stage.ok(&format!(
        "setup {BOTH} --suffix blue --role-path /app/ --new-pool {}",
        other.id
    ));
    stage.teardown();
    let flows = || {
        let client = json!({"ClientId": stage.old.client});
        let described = stage.in_pool(&stage.old, "DescribeUserPoolClient", client);
        described["UserPoolClient"]["ExplicitAuthFlows"].to_string()
    };
    assert!(flows().contains("ALLOW_ADMIN_USER_PASSWORD_AUTH"));
    stage.ok(&format!("teardown {BOTH} --suffix blue"));
    assert!(!flows().contains("ALLOW_ADMIN_USER_PASSWORD_AUTH"));
    stage.in_pool(&other, "DeleteUserPool", json!({}));
    assert_eq!(stage.sandbox.snapshot(), before);
}
