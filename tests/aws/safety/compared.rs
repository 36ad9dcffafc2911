//! What an update can't set is compared after it too: settings of the pool that only Describe has,
//! and MFA settings, which Describe doesn't return.

use cogmig_sandbox::{Fault, NEW_ACCOUNT};
use serde_json::{Value, json};

use crate::support::calls::NthCall;
use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

/// A stage whose setup is fast.
fn stage() -> (Stage, String, String) {
    let stage = Stage::new();
    stage.small_package();
    let setup = format!("setup {BOTH} --lambda-zip small.zip");
    (stage, setup, format!("teardown {BOTH}"))
}

/// Runs a command. Before its comparison after the update, the settings change.
fn changed_meanwhile(stage: &Stage, run: &str, read: &NthCall, change: impl FnOnce()) -> Run {
    stage.inject(read, Fault::Blocked, 1);
    let running = stage.start_until_fault(run);
    change();
    stage.sandbox.clear_faults();
    let run = running.end();
    run.assert_ended(1, "the settings differ");
    run.assert_stderr(&["other settings of", "differ from their values before"]);
    run
}

fn mfa(totp: bool, subject: &str) -> Value {
    json!({
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": totp},
        "EmailMfaConfiguration": {"Subject": subject, "Message": "{####}"},
        "WebAuthnConfiguration": {"RelyingPartyId": "example.com", "UserVerification": "required"},
    })
}

#[test]
fn mfa_settings_are_compared_after_an_update() {
    let (stage, setup, teardown) = stage();
    stage.in_pool(&stage.new, "SetUserPoolMfaConfig", mfa(true, "Your code"));
    // One read for the plan, one before the change, and one after it.
    let compared = NthCall::of(NEW_ACCOUNT, "GetUserPoolMfaConfig", 2);
    for (run, [before, after]) in [(&setup, [true, false]), (&teardown, [false, true])] {
        stage.sandbox.clear_journal();
        let subject = if after { "Your code" } else { "Another code" };
        let run = changed_meanwhile(&stage, run, &compared, || {
            stage.in_pool(&stage.new, "SetUserPoolMfaConfig", mfa(after, subject));
        });
        let enabled = "GetUserPoolMfaConfig.SoftwareTokenMfaConfiguration.Enabled";
        run.assert_stderr(&[
            &stage.new.id,
            &format!("{enabled} was {before}, is {after}"),
            "GetUserPoolMfaConfig.EmailMfaConfiguration.Subject was",
        ]);
        assert!(!run.printed("WebAuthnConfiguration"), "{run}");
        assert_eq!(stage.requests("SetUserPoolMfaConfig"), [Value::Null; 0]);
    }
}

/// They aren't compared, and the plan says so.
#[test]
fn mfa_settings_that_cannot_be_read_do_not_stop_setup() {
    let (stage, _, _) = stage();
    stage.in_pool(&stage.new, "SetUserPoolMfaConfig", mfa(true, "Your code"));
    let read = "cognito-idp:GetUserPoolMfaConfig";
    stage.user_without("new", "deployer", read);
    let both = "--old-profile old --new-profile deployer";
    let notes = [
        "the MFA settings of the new user pool aren't compared after its update",
        &format!("allow {read}"),
    ];
    for run in ["setup --lambda-zip small.zip", "teardown"] {
        let run = stage.ok(&format!("{run} {both}"));
        for note in notes {
            assert!(run.printed(note), "{note}\n{run}");
        }
    }
    // Without a change of the pool, there is nothing to compare.
    stage.ok(&format!("setup {both} --lambda-zip small.zip"));
    let run = stage.ok(&format!("setup {both} --lambda-zip small.zip"));
    assert!(!run.printed(notes[0]), "{run}");
}

#[test]
fn members_that_only_describe_has_are_compared_after_an_update() {
    let (stage, setup, teardown) = stage();
    let compared = NthCall::of(NEW_ACCOUNT, "DescribeUserPool", 2);
    let run = changed_meanwhile(&stage, &setup, &compared, || {
        let wiped = json!({"UsernameConfiguration": null, "SchemaAttributes": []});
        stage.sandbox.seed_pool(&stage.new, &wiped).unwrap();
    });
    run.assert_stderr(&["UsernameConfiguration", "is none", "SchemaAttributes was"]);

    let client = &stage.new.client;
    let secret = |value: &str| {
        let members = json!({"ClientSecret": value, "ClientType": value});
        stage
            .sandbox
            .seed_client(&stage.new, client, &members)
            .unwrap();
    };
    secret("before");
    let compared = NthCall::of(NEW_ACCOUNT, "DescribeUserPoolClient", 2);
    let run = changed_meanwhile(&stage, &teardown, &compared, || secret("rotated"));
    run.assert_stderr(&[
        r#"ClientType was "before", is "rotated""#,
        "ClientSecret was changed (its value is not shown)",
    ]);
    assert_eq!(run.stderr.matches("rotated").count(), 1, "{run}");
}
