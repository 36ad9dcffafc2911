//! User import jobs and point-in-time recoveries of the pools, which block setup or sign-ins.

use std::process::Stdio;
use std::time::{Duration, Instant};

use cogmig_sandbox::{Fault, OLD_ACCOUNT, Pool};
use serde_json::{Value, json};

use crate::support::calls::{NthCall, Running};
use crate::support::stage::{BOTH, PASSWORD, Stage};

impl Stage {
    /// Starts a user import job. Returns its ID.
    fn start_import(&self, pool: &Pool) -> String {
        let role = "arn:aws:iam::222222222222:role/import";
        let params = json!({"JobName": "monday", "CloudWatchLogsRoleArn": role});
        let job = &self.in_pool(pool, "CreateUserImportJob", params)["UserImportJob"];
        self.in_pool(pool, "StartUserImportJob", json!({"JobId": job["JobId"]}));
        job["JobId"].as_str().unwrap().to_owned()
    }

    /// Starts a point-in-time recovery. Returns its ID.
    fn start_recovery(&self, pool: &Pool) -> Value {
        let at = json!({"RestoreTimestamp": 1_790_000_000});
        let started = self.sandbox.raw(pool, "InitiatePointInTimeRecovery", at);
        started.unwrap()["Restoration"]["RestoreId"].take()
    }

    fn cancel_recovery(&self, pool: &Pool, id: &Value) {
        let canceled = json!({"RestoreId": id});
        let canceled = self
            .sandbox
            .raw(pool, "CancelPointInTimeRecovery", canceled);
        canceled.unwrap();
    }

    /// The warning with this id that plan and status report.
    #[track_caller]
    fn reported(&self, id: &str) -> Option<Value> {
        let [plan, status] = ["plan", "status"].map(|command| {
            let run = self.changes_nothing(0, &format!("{command} {BOTH} --output json"));
            let mut document = run.json();
            let warnings = document["warnings"].take();
            let mut warnings = warnings.as_array().unwrap().iter();
            warnings.find(|warning| warning["id"] == id).cloned()
        });
        assert_eq!(plan, status);
        plan
    }
}

#[test]
fn a_running_import_job_is_reported_and_setup_waits_for_its_end() {
    let stage = Stage::new();
    let id = stage.start_import(&stage.new);
    let warning = stage.reported("user-import-running").unwrap();
    assert_eq!(warning["severity"], "lockout");
    let text = warning.to_string();
    for words in [
        "monday (InProgress) is running in the new pool".to_owned(),
        "no user is migrated".to_owned(),
        format!("--user-pool-id {} --job-id {id}`", stage.new.id),
    ] {
        assert!(text.contains(&words), "{words}\n{text}");
    }

    stage.sandbox.clear_journal();
    let mut setup = stage.command();
    let setup = setup.args(format!("setup {BOTH}").split(' '));
    let setup = setup.stdout(Stdio::piped()).stderr(Stdio::piped());
    let setup = Running(setup.spawn().unwrap());
    let begun = Instant::now();
    let is_update = |call: &cogmig_sandbox::Call| call.action == "UpdateUserPool";
    while !stage.sandbox.journal().iter().any(is_update) {
        assert!(begun.elapsed() < Duration::from_mins(2), "no update");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(stage.triggers().get("UserMigration").is_none());
    stage.in_pool(&stage.new, "StopUserImportJob", json!({"JobId": id}));
    let run = setup.end();
    run.assert_ended(0, "setup");
    assert!(run.printed("monday (InProgress) is running"), "{run}");
    assert_eq!(stage.reported("user-import-running"), None);

    // Sign-ins migrate users while a job runs.
    stage.start_import(&stage.new);
    assert!(stage.reported("user-import-running").is_some());
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn an_import_job_of_the_old_pool_is_a_note() {
    let stage = Stage::new();
    stage.start_import(&stage.old);
    let note = stage.reported("user-import-running").unwrap();
    assert_eq!(note["severity"], "info");
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_point_in_time_recovery_of_the_new_pool_is_reported_because_no_user_is_created() {
    let stage = Stage::new();
    stage.setup();
    let id = stage.start_recovery(&stage.new);
    let warning = stage.reported("pool-recovery-in-progress").unwrap();
    assert_eq!(warning["severity"], "lockout");
    let text = warning.to_string();
    for words in [
        "recovery of the new pool is in progress (PREVIEW_GENERATED)".to_owned(),
        "no user can be migrated".to_owned(),
        format!(
            "`aws cognito-idp cancel-point-in-time-recovery --profile new --region eu-central-1 --user-pool-id {} --restore-id {}`",
            stage.new.id,
            id.as_str().unwrap()
        ),
    ] {
        assert!(text.contains(&words), "{words}\n{text}");
    }
    stage.sign_in("ada", PASSWORD).unwrap_err();
    assert!(stage.migrated("ada").is_none());
    stage.cancel_recovery(&stage.new, &id);
    assert_eq!(stage.reported("pool-recovery-in-progress"), None);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn setup_during_a_recovery_reports_it_and_changes_no_pool() {
    let stage = Stage::new();
    let id = stage.start_recovery(&stage.new);
    let run = stage.ends(1, &format!("setup {BOTH}"));
    assert!(
        run.printed("recovery of the new pool is in progress"),
        "{run}"
    );
    assert!(stage.triggers().get("UserMigration").is_none());
    stage.cancel_recovery(&stage.new, &id);
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_recovery_of_the_old_pool_is_a_warning_and_users_are_migrated() {
    let stage = Stage::new();
    stage.setup();
    stage.start_recovery(&stage.old);
    let warning = stage.reported("pool-recovery-in-progress").unwrap();
    assert_eq!(warning["severity"], "warning");
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// User pools of the Lite plan, and Regions without the feature.
#[test]
fn a_pool_without_point_in_time_recovery_gets_no_note() {
    let stage = Stage::new();
    let call = NthCall::of(OLD_ACCOUNT, "ListPointInTimeRecoveries", 0);
    let code = "FeatureUnavailableInTierException";
    stage.inject(&call, Fault::Error(400, code, "Not in this plan."), 100);
    assert_eq!(stage.reported("operations-not-read"), None);
    let code = "AccessDeniedException";
    stage.sandbox.clear_faults();
    stage.inject(&call, Fault::Error(400, code, "Denied."), 100);
    let note = stage.reported("operations-not-read").unwrap();
    assert_eq!(note["severity"], "info");
}
