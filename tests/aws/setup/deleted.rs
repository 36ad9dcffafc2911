//! A second setup creates deleted resources again. For teardown without them, see
//! `teardown_after`.

use serde_json::json;

use super::drift::{assert_fixed, assert_fixed_by};
use crate::support::stage::{BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

#[test]
fn a_deleted_function_is_created_again() {
    let delete = |stage: &Stage| {
        stage.aws(
            "new",
            "lambda:DeleteFunction",
            json!({"FunctionName": LAMBDA}),
        );
    };
    // The function has the options for users.
    assert_fixed_by(delete, "--forgot-password migrate");
}

#[test]
fn a_deleted_policy_is_created_again() {
    assert_fixed(Stage::delete_policy);
}

#[test]
fn a_deleted_log_group_is_created_again() {
    let delete = |stage: &Stage| {
        stage.aws(
            "new",
            "logs:DeleteLogGroup",
            json!({"logGroupName": LOG_GROUP}),
        );
    };
    assert_fixed(delete);
}

#[test]
fn a_deleted_role_is_created_again_and_users_migrate() {
    for delete in [Stage::delete_lambda_role, Stage::delete_access_role] {
        let stage = Stage::new();
        stage.setup();
        delete(&stage);
        // The session of a deleted role stays valid for a while, so verify creates a new session.
        stage.changes_nothing(1, &format!("verify {BOTH}"));
        stage.setup();
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.changes_nothing(0, &format!("setup {BOTH}"));
    }
}
