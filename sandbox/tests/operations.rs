//! User import jobs and point-in-time recoveries block other calls.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{Pool, Sandbox};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-1";

/// The code of a call's error, if it fails.
fn fails(sandbox: &Sandbox, pool: &Pool, operation: &str, params: Value) -> Option<String> {
    let answer = sandbox.raw(pool, operation, params);
    answer.err().map(|fault| fault.code)
}

fn statuses(sandbox: &Sandbox, pool: &Pool) -> Vec<Value> {
    let answer = sandbox.raw(pool, "ListPointInTimeRecoveries", json!({}));
    let listed = answer.unwrap()["Restorations"].take();
    let listed = listed.as_array().unwrap().iter();
    listed.map(|one| one["RestoreStatus"].clone()).collect()
}

#[test]
fn a_running_import_job_blocks_updates_of_its_pool() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let other = sandbox.pool("new", "others").unwrap();
    let params = json!({
        "UserPoolId": pool.id, "JobName": "monday",
        "CloudWatchLogsRoleArn": "arn:aws:iam::222222222222:role/import",
    });
    let job = sandbox.in_pool(&pool, "CreateUserImportJob", params);
    let id = job.unwrap()["UserImportJob"]["JobId"].take();
    let run = |operation: &str| {
        let params = json!({"UserPoolId": pool.id, "JobId": id});
        sandbox.in_pool(&pool, operation, params).unwrap();
    };
    let update = |pool| fails(&sandbox, pool, "UpdateUserPool", json!({}));
    assert_eq!(update(&pool), None);
    run("StartUserImportJob");
    let blocked = Some("UserImportInProgressException".to_owned());
    assert_eq!(update(&pool), blocked);
    assert_eq!(update(&other), None);
    // An app client can be updated, and a user can be created.
    let client = json!({"ClientId": pool.client});
    assert_eq!(fails(&sandbox, &pool, "UpdateUserPoolClient", client), None);
    sandbox.user(&pool, "ada", PASSWORD, &[]).unwrap();
    let listed = json!({"UserPoolId": pool.id, "MaxResults": 60});
    let listed = sandbox.in_pool(&pool, "ListUserImportJobs", listed);
    assert_eq!(listed.unwrap()["UserImportJobs"][0]["Status"], "InProgress");
    run("StopUserImportJob");
    assert_eq!(update(&pool), None);
}

#[test]
fn a_recovery_blocks_all_writes_until_it_has_ended() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    sandbox.user(&pool, "ada", PASSWORD, &[]).unwrap();
    assert!(statuses(&sandbox, &pool).is_empty());
    let at = json!({"RestoreTimestamp": 1_790_000_000});
    let started = sandbox.raw(&pool, "InitiatePointInTimeRecovery", at);
    let id = started.unwrap()["Restoration"]["RestoreId"].take();
    assert_eq!(statuses(&sandbox, &pool), ["PREVIEW_GENERATED"]);
    let create = || {
        let user = json!({"Username": "bob", "TemporaryPassword": "Sandbox-temporary-1"});
        fails(&sandbox, &pool, "AdminCreateUser", user)
    };
    assert!(create().is_some());
    assert!(fails(&sandbox, &pool, "UpdateUserPool", json!({})).is_some());
    // Reads and sign-ins continue.
    let client = json!({"ClientId": pool.client});
    assert_eq!(
        fails(&sandbox, &pool, "DescribeUserPoolClient", client),
        None
    );
    assert!(sandbox.find_user(&pool, "ada").unwrap().is_some());
    let canceled = json!({"RestoreId": id});
    sandbox
        .raw(&pool, "CancelPointInTimeRecovery", canceled)
        .unwrap();
    assert_eq!(statuses(&sandbox, &pool), ["PREVIEW_CANCELLED"]);
    assert_eq!(create(), None);
}
