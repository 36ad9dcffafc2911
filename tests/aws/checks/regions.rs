//! Regions that aren't enabled in an account: STS in such a Region gives no session of the access
//! role. The function is in eu-central-1 of the new account, the old pool in eu-west-1 of the old
//! account.

use std::time::{Duration, Instant};

use cogmig_sandbox::{Fault, Injection, NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

const NEW_REGION: &str = "eu-central-1";
const OLD_REGION: &str = "eu-west-1";

impl Stage {
    /// The Regions whose STS the function asked, and whether each gave a session.
    fn assumed(&self) -> Vec<(String, bool)> {
        let calls = self.sandbox.journal();
        let assumed = calls.iter().filter(|call| call.action == "AssumeRole");
        let mut all: Vec<_> = assumed
            .map(|call| (call.region.clone(), call.status == 200))
            .collect();
        all.dedup();
        all
    }

    fn migration_trigger(&self) -> Value {
        let pool = self.in_pool(&self.new, "DescribeUserPool", json!({}));
        pool["UserPool"]["LambdaConfig"]["UserMigration"].clone()
    }
}

#[test]
fn users_migrate_although_the_old_account_has_not_enabled_the_region_of_the_new_pool() {
    let stage = Stage::new();
    stage.sandbox.disable_region(OLD_ACCOUNT, NEW_REGION);
    stage.sandbox.clear_journal();
    let run = stage.setup();
    assert!(run.printed("Connectivity check passed"), "{run}");
    stage.sign_in("ada", PASSWORD).unwrap();
    let region = |name: &str, session| (name.to_owned(), session);
    let wanted = [region(NEW_REGION, false), region(OLD_REGION, true)];
    assert_eq!(stage.assumed(), wanted);
    stage.ok(&format!("verify {BOTH}"));
    stage.changes_nothing(0, &format!("setup {BOTH}"));
}

#[test]
fn without_a_region_of_both_accounts_setup_fails_at_once_and_names_regions_and_accounts() {
    let stage = Stage::new();
    stage.sandbox.disable_region(OLD_ACCOUNT, NEW_REGION);
    stage.sandbox.disable_region(NEW_ACCOUNT, OLD_REGION);
    let words = [
        "connectivity check failed (external)",
        "can't assume cognito-access-role",
        "STS in eu-central-1 returned RegionDisabledException",
        "STS is not activated in this region for account:111111111111",
        "STS in eu-west-1 returned InvalidClientTokenId",
        "enable Region eu-central-1 in the old account 111111111111",
        "or enable Region eu-west-1 in the new account 222222222222",
    ];
    let started = Instant::now();
    let run = stage.ends(1, &format!("setup {BOTH}"));
    // A check that can't pass isn't repeated for two minutes.
    assert!(started.elapsed() < Duration::from_mins(1), "{run}");
    run.assert_stderr(&words);
    assert_eq!(stage.migration_trigger(), Value::Null);

    let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
    for word in &words[1..] {
        assert!(run.printed(word), "{word}\n{run}");
    }
    let run = stage.changes_nothing(1, &format!("verify {BOTH} --output json"));
    let check = &run.json()["connectivity_check"];
    assert_eq!(check["component"], "external", "{run}");
    let has = |member: &str, word| {
        check[member]
            .as_str()
            .is_some_and(|text| text.contains(word))
    };
    assert!(has("summary", "RegionDisabledException"), "{run}");
    assert!(has("fix", "enable Region eu-central-1"), "{run}");

    stage.sandbox.enable_region(NEW_ACCOUNT, OLD_REGION);
    stage.setup();
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// The words of STS show which policy denies the call.
#[test]
fn verify_has_the_words_of_sts() {
    let stage = Stage::new();
    stage.setup();
    let denied = "User: arn:aws:sts::222222222222:assumed-role/x is not authorized to perform: sts:AssumeRole \
        on resource: arn:aws:iam::111111111111:role/cognito-access-role with an explicit deny in a resource control policy";
    stage.sandbox.inject(Injection {
        account: String::new(),
        action: "AssumeRole".into(),
        after: 0,
        times: 1000,
        fault: Fault::Error(403, "AccessDenied", denied),
    });
    let run = stage.changes_nothing(1, &format!("verify {BOTH} --output json"));
    let check = run.json()["connectivity_check"].clone();
    let summary = check["summary"].as_str().unwrap();
    let words = format!("STS in eu-central-1 returned AccessDenied: {denied}");
    assert!(summary.ends_with(&words), "{run}");
    assert!(
        check["fix"]
            .as_str()
            .unwrap()
            .contains("one of its resource control policies denies"),
        "{run}"
    );
}

#[test]
fn a_region_without_arm64_has_the_other_architecture_as_the_remedy() {
    let stage = Stage::new();
    let message = "Runtime provided.al2023 does not support the following architectures [arm64]. Please select different architectures from [x86_64] or select a different runtime.";
    stage.sandbox.inject(Injection {
        account: NEW_ACCOUNT.into(),
        action: "CreateFunction".into(),
        after: 0,
        times: 1,
        fault: Fault::Error(400, "InvalidParameterValueException", message),
    });
    let run = stage.ends(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[
        "lambda:CreateFunction failed",
        message,
        "use --architecture x86_64",
    ]);
}

/// The profile of the old account assumes a role. `role` and `source` are the accounts of the role
/// and of the source profile.
#[test]
fn a_chain_of_profiles_names_the_region() {
    for (disabled, code, words) in [
        (
            OLD_ACCOUNT,
            "RegionDisabledException",
            "enable Region eu-south-2 in the account of the role that profile `chain` assumes",
        ),
        (
            "333333333333",
            "InvalidClientTokenId",
            "enable Region eu-south-2 in the account of the source profile of `chain`",
        ),
    ] {
        let stage = Stage::new();
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        }]});
        let role = json!({"RoleName": "admin", "AssumeRolePolicyDocument": trust.to_string()});
        stage.aws("old", "iam:CreateRole", role);
        stage.profile("source", "old", ["333333333333", "test"], &[]);
        stage.raw_profile(
            "chain",
            &format!(
                "endpoint_url = {}\nregion = eu-south-2\nsource_profile = source\n\
                 role_arn = arn:aws:iam::{OLD_ACCOUNT}:role/admin",
                stage.sandbox.endpoint()
            ),
        );
        stage.sandbox.disable_region(disabled, "eu-south-2");
        for verb in ["setup", "verify", "teardown"] {
            let command = format!("{verb} --old-profile chain --new-profile new");
            let run = stage.changes_nothing(1, &command);
            run.assert_stderr(&[code, words, "enable-region --region-name eu-south-2"]);
        }
    }
}

/// An access key of an account that hasn't enabled the Region.
#[test]
fn a_profile_in_a_disabled_region_names_the_region() {
    let stage = Stage::new();
    stage.sandbox.disable_region(NEW_ACCOUNT, NEW_REGION);
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&[
        "InvalidClientTokenId",
        "check the keys of profile `new`",
        "enable Region eu-central-1",
    ]);
}
