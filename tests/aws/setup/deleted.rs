//! A second setup creates deleted resources again. For teardown without them, see
//! `teardown_after`.

use serde_json::json;

use super::drift::converges;
use crate::support::stage::{BOTH, LAMBDA, LOG_GROUP, PASSWORD, Stage};

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
fn a_deleted_role_is_created_again_and_users_migrate() {
    for delete in [Stage::delete_lambda_role, Stage::delete_access_role] {
        let stage = Stage::new();
        stage.setup();
        delete(&stage);
        // A session of a role goes on for a while without it: the probe makes a new one.
        stage.changes_nothing(1, &format!("verify {BOTH}"));
        stage.setup();
        stage.sign_in("ada", PASSWORD).unwrap();
        stage.changes_nothing(0, &format!("setup {BOTH}"));
    }
}
