//! A deployer without each of the permissions in turn. The error names the action and reports the
//! applied changes. Setup continues after the permission is granted, and teardown removes all
//! resources.

use serde_json::json;

use crate::support::run::Run;
use crate::support::stage::{BOTH, PASSWORD, Stage};

/// Setup and teardown as a deployer that lacks one permission in one account.
struct Denied {
    stage: Stage,
    profile: &'static str,
}

impl Denied {
    fn new(profile: &'static str) -> Self {
        let stage = Stage::new();
        stage.user_without(profile, "deployer", "s3:*");
        Self { stage, profile }
    }

    fn run(&self, verb: &str) -> Run {
        let (old, new) = match self.profile {
            "old" => ("deployer", "new"),
            _ => ("old", "deployer"),
        };
        self.stage
            .cogmig(&format!("{verb} --old-profile {old} --new-profile {new}"))
    }

    fn deny(&self, action: &str) {
        self.stage.deny(self.profile, "deployer", action);
    }

    fn account(&self) -> &str {
        match self.profile {
            "old" => cogmig_sandbox::OLD_ACCOUNT,
            _ => cogmig_sandbox::NEW_ACCOUNT,
        }
    }

    /// Checks that the error names the action and the account, and whether changes were applied.
    fn assert_denied(&self, run: &Run, action: &str, changed: bool) {
        run.assert_ended(1, action);
        run.assert_stderr(&[action, self.account(), "AccessDenied"]);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{run}");
        let continues = run
            .stderr
            .contains("Run the same command again to continue");
        assert_eq!(continues, changed, "{action}\n{run}");
    }
}

/// Independent calls can fail at the same time. All errors are reported, so that the user can fix
/// them in one step.
#[test]
fn each_of_several_denied_actions_is_reported() {
    let denied = Denied::new("new");
    let actions = ["logs:CreateLogGroup", "iam:CreatePolicy"];
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": actions, "Resource": "*"},
    ]});
    denied.stage.grant("new", "deployer", &policy);
    let run = denied.run("setup");
    run.assert_ended(1, "setup");
    run.assert_stderr(&actions);
    assert_eq!(run.stderr.matches("error:").count(), 2, "{run}");
    let json = denied.run("setup --output json").json();
    assert_eq!(json["error"]["also"].as_array().unwrap().len(), 1);
}

/// Runs setup without each of these permissions.
fn setup_without(profile: &'static str, actions: &[&str]) {
    let denied = Denied::new(profile);
    let stage = &denied.stage;
    let before = stage.sandbox.snapshot();
    for action in actions {
        denied.deny(action);
        stage.sandbox.clear_journal();
        let run = denied.run("setup");
        denied.assert_denied(&run, action, !stage.writes().is_empty());
        stage.sign_in("ada", PASSWORD).unwrap_err();
        // After the failure, teardown works, and so does another setup.
        stage.teardown();
        assert_eq!(stage.sandbox.snapshot(), before, "{action}: torn down");
        denied.run("setup").assert_ended(1, action);
        denied.deny("s3:*");
        denied.run("setup").assert_ended(0, action);
        stage.changes_nothing(0, &format!("setup {BOTH}"));
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.delete_user("ada");
        stage.teardown();
        assert_eq!(
            stage.sandbox.snapshot(),
            before,
            "{action}: set up and torn down"
        );
    }
}

/// Runs teardown without each of these permissions.
fn teardown_without(profile: &'static str, actions: &[&str]) {
    let denied = Denied::new(profile);
    let stage = &denied.stage;
    let before = stage.sandbox.snapshot();
    for action in actions {
        stage.setup();
        denied.deny(action);
        let run = denied.run("teardown");
        run.assert_ended(1, action);
        run.assert_stderr(&[action, denied.account(), "AccessDenied"]);
        denied.deny("s3:*");
        denied.run("teardown").assert_ended(0, action);
        assert_eq!(stage.sandbox.snapshot(), before, "{action}");
    }
}

#[test]
fn setup_without_a_permission_to_read() {
    for (profile, actions) in [
        (
            "old",
            &[
                "iam:GetRole",
                "cognito-idp:ListUserPools",
                "cognito-idp:DescribeUserPoolClient",
            ][..],
        ),
        (
            "new",
            &[
                "cognito-idp:ListUserPoolClients",
                "cognito-idp:DescribeUserPool",
                "lambda:GetFunction",
                "logs:DescribeLogGroups",
                "iam:GetPolicy",
            ],
        ),
    ] {
        let denied = Denied::new(profile);
        let before = denied.stage.sandbox.snapshot();
        for action in actions {
            denied.deny(action);
            let run = denied.run("setup");
            denied.assert_denied(&run, action, false);
            assert_eq!(denied.stage.sandbox.snapshot(), before, "{action}");
        }
    }
}

#[test]
fn setup_without_a_permission_in_the_old_account() {
    setup_without(
        "old",
        &[
            "iam:CreateRole",
            "iam:PutRolePolicy",
            "cognito-idp:UpdateUserPoolClient",
        ],
    );
}

#[test]
fn setup_without_a_permission_for_logs_and_roles() {
    setup_without(
        "new",
        &[
            "logs:CreateLogGroup",
            "logs:PutRetentionPolicy",
            "iam:CreatePolicy",
        ],
    );
    setup_without("new", &["iam:CreateRole", "iam:AttachRolePolicy"]);
}

#[test]
fn setup_without_a_permission_for_the_function_and_the_pool() {
    setup_without("new", &["lambda:CreateFunction", "lambda:AddPermission"]);
    setup_without(
        "new",
        &[
            "cognito-idp:UpdateUserPoolClient",
            "cognito-idp:UpdateUserPool",
        ],
    );
}

#[test]
fn teardown_without_a_permission_in_the_old_account() {
    teardown_without(
        "old",
        &[
            "cognito-idp:UpdateUserPoolClient",
            "iam:DeleteRolePolicy",
            "iam:DeleteRole",
        ],
    );
}

#[test]
fn teardown_without_a_permission_in_the_new_account() {
    teardown_without(
        "new",
        &[
            "cognito-idp:UpdateUserPool",
            "cognito-idp:UpdateUserPoolClient",
            "lambda:DeleteFunction",
            "logs:DeleteLogGroup",
            "iam:DetachRolePolicy",
            "iam:DeletePolicy",
            "iam:DeleteRole",
        ],
    );
}
