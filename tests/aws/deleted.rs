//! Whatever somebody deleted by hand, a second setup makes again. What teardown does
//! without it is among the rows of `after`.

use serde_json::json;

use crate::drift::converges;
use crate::stage::{ACCESS_ROLE, BOTH, LAMBDA, LOG_GROUP, PASSWORD, POLICY_ARN, Stage};

impl Stage {
    pub fn delete_policy(&self) {
        let arn = json!({"PolicyArn": POLICY_ARN});
        let attachment = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
        self.aws("new", "iam:DetachRolePolicy", attachment);
        self.aws("new", "iam:DeletePolicy", arn);
    }

    pub fn delete_lambda_role(&self) {
        let attachment = json!({"RoleName": LAMBDA, "PolicyArn": POLICY_ARN});
        self.aws("new", "iam:DetachRolePolicy", attachment);
        self.aws("new", "iam:DeleteRole", json!({"RoleName": LAMBDA}));
    }

    pub fn delete_access_role(&self) {
        self.delete_inline();
        self.aws("old", "iam:DeleteRole", json!({"RoleName": ACCESS_ROLE}));
    }

    pub fn delete_inline(&self) {
        let role = json!({"RoleName": ACCESS_ROLE});
        let policies = self.aws("old", "iam:ListRolePolicies", role);
        for policy in policies["PolicyNames"].as_array().unwrap() {
            let policy = json!({"RoleName": ACCESS_ROLE, "PolicyName": policy});
            self.aws("old", "iam:DeleteRolePolicy", policy);
        }
    }
}

#[test]
fn the_function_deleted() {
    let delete = |stage: &Stage| {
        stage.aws(
            "new",
            "lambda:DeleteFunction",
            json!({"FunctionName": LAMBDA}),
        );
    };
    converges(delete);
}

#[test]
fn the_policy_deleted() {
    converges(Stage::delete_policy);
}

#[test]
fn the_log_group_deleted() {
    let delete = |stage: &Stage| {
        stage.aws(
            "new",
            "logs:DeleteLogGroup",
            json!({"logGroupName": LOG_GROUP}),
        );
    };
    converges(delete);
}

#[test]
fn a_deleted_role_is_made_again_and_users_move() {
    for delete in [Stage::delete_lambda_role, Stage::delete_access_role] {
        let stage = Stage::new();
        stage.setup();
        delete(&stage);
        // A session of a role goes on for a while without it: the probe makes a new one.
        stage.harmless(1, &format!("verify {BOTH}"));
        stage.setup();
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.harmless(0, &format!("setup {BOTH}"));
    }
}
