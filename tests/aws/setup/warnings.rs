//! What plan and setup report about settings of the pools that migrated users meet.

use std::os::unix::fs::PermissionsExt;

use cogmig_sandbox::tool;
use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

/// The warning with this id, if the run printed it.
fn warning(run: &Run, id: &str) -> Option<Value> {
    let document = run.json();
    let mut warnings = document["warnings"].as_array().unwrap().iter();
    warnings.find(|warning| warning["id"] == id).cloned()
}

/// Checks the severity of a warning, and that these words are in it.
#[track_caller]
fn assert_warned(run: &Run, id: &str, severity: &str, words: &[&str]) -> Value {
    let warning = warning(run, id).unwrap_or_else(|| panic!("no {id}\n{run}"));
    assert_eq!(warning["severity"], severity, "{warning}");
    let text = warning.to_string();
    for word in words {
        assert!(text.contains(word), "{word}\n{warning}");
    }
    warning
}

fn recovery(names: &[&str]) -> Value {
    let all = names.iter().zip(1..);
    let all = all.map(|(name, priority)| json!({"Name": name, "Priority": priority}));
    json!({"RecoveryMechanisms": all.collect::<Vec<_>>()})
}

impl Stage {
    fn plan_json(&self, more: &str) -> Run {
        self.changes_nothing(0, &format!("plan {BOTH} --output json {more}"))
    }

    /// The contacts to which the deployed function expects codes to be sent.
    fn new_recovery(&self) -> Value {
        let name = json!({"FunctionName": LAMBDA});
        let set = self.aws("new", "lambda:GetFunctionConfiguration", name);
        set["Environment"]["Variables"]["NEW_RECOVERY"].clone()
    }

    fn with_client(members: Value) -> Self {
        let stage = Self::with_new_pool(members);
        stage.edit_client(&stage.new, &stage.new.client, |client| {
            client["PreventUserExistenceErrors"] = "ENABLED".into();
        });
        stage
    }
}

#[test]
fn the_limit_of_cognitos_own_email_sender_is_a_lockout_warning() {
    for email in [json!({"EmailSendingAccount": "COGNITO_DEFAULT"}), json!({})] {
        let stage = Stage::with_new_pool(json!({"EmailConfiguration": email}));
        let words = [
            "at most 50 emails a day",
            "about 1 user",
            "DEVELOPER",
            "--forgot-password refuse",
        ];
        let id = "recovery-emails-limited";
        assert_warned(&stage.plan_json(""), id, "lockout", &words);
        let run = stage.changes_nothing(1, &format!("plan {BOTH} --fail-on lockout"));
        run.assert_stderr(&[id]);
        let refusing = stage.plan_json("--forgot-password refuse");
        assert_eq!(warning(&refusing, id), None);
        // Users are still migrated.
        stage.setup();
        assert_eq!(stage.new_recovery(), "email");
        stage.sign_in("ada", PASSWORD).unwrap();
    }
}

#[test]
fn a_recovery_mechanism_without_a_sender_is_a_lockout_warning_and_does_not_count() {
    let both = recovery(&["verified_phone_number", "verified_email"]);
    let stage = Stage::with_new_pool(json!({"AccountRecoverySetting": both}));
    let words = [
        "by SMS (verified_phone_number): it has no SmsConfiguration",
        "SMS takes precedence",
        "--forgot-password refuse",
    ];
    let id = "recovery-without-sender";
    assert_warned(&stage.plan_json(""), id, "lockout", &words);
    stage.setup();
    assert_eq!(stage.new_recovery(), "email");
    // With a sender, it counts again.
    let role = "arn:aws:iam::222222222222:role/sms";
    let sms = json!({"SmsConfiguration": {"SnsCallerArn": role, "ExternalId": "sms"}});
    stage.sandbox.seed_pool(&stage.new, &sms).unwrap();
    let run = stage.ok(&format!("setup {BOTH} --output json"));
    assert_eq!(warning(&run, id), None);
    assert_eq!(stage.new_recovery(), "email,phone_number");
    // AWS reports here why it can't send.
    let failure = json!({"SmsConfigurationFailure": "SNSSandbox"});
    stage.sandbox.seed_pool(&stage.new, &failure).unwrap();
    assert_warned(&stage.plan_json(""), id, "lockout", &["SNSSandbox"]);
}

/// SMS takes precedence: Cognito would report success and send nothing.
#[test]
fn no_user_is_migrated_by_a_code_that_is_never_sent() {
    let both = recovery(&["verified_phone_number", "verified_email"]);
    let stage = Stage::with_new_pool(json!({"AccountRecoverySetting": both}));
    let phone = [
        ("phone_number", "+4930123456"),
        ("phone_number_verified", "true"),
    ];
    let email = [("email", "cat@example.com"), ("email_verified", "true")];
    stage.old_user("cat", &[phone, email].concat());
    stage.old_user("dan", &[("email", "dan@example.com"), phone[0], phone[1]]);
    stage.setup();
    for name in ["ada", "cat", "dan"] {
        let params = json!({"ClientId": stage.new.client, "Username": name});
        stage.sandbox.public("ForgotPassword", params).unwrap();
    }
    // ada has an email only, cat both contacts, and dan's only verified contact is a phone number.
    // cat would get no code, and could no longer be migrated by the password.
    let migrated = ["ada", "cat", "dan"].map(|name| stage.migrated(name).is_some());
    assert_eq!(migrated, [true, false, false]);
    stage.sign_in("cat", PASSWORD).unwrap();
    let sent = stage.sandbox.messages().into_iter();
    let sent: Vec<_> = sent.map(|message| message.username).collect();
    assert_eq!(sent, ["ada"]);
}

#[test]
fn setup_is_refused_if_no_code_can_be_sent() {
    let by_sms = recovery(&["verified_phone_number"]);
    let stage = Stage::with_new_pool(json!({"AccountRecoverySetting": by_sms}));
    for command in ["plan", "setup"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH}"));
        for words in [
            "error: the new pool can't send codes to reset passwords",
            "by SMS, because it has no SmsConfiguration",
            "set the SmsConfiguration of the new pool",
            "use --forgot-password refuse",
        ] {
            assert!(run.printed(words), "{words}\n{run}");
        }
    }
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    stage.sign_in("ada", PASSWORD).unwrap();

    // A deployment that lost its sender is still reported.
    let stage = Stage::new();
    stage.setup();
    let failure = json!({"EmailConfigurationFailure": "the identity was deleted"});
    stage.sandbox.seed_pool(&stage.new, &failure).unwrap();
    let run = stage.changes_nothing(0, &format!("status {BOTH} --output json"));
    let words = ["EmailConfigurationFailure is `the identity was deleted`"];
    assert_warned(&run, "recovery-impossible", "lockout", &words);
}

/// A trigger sends the codes itself, so Cognito's senders don't matter.
#[test]
fn custom_senders_count_as_senders() {
    let arn = "arn:aws:lambda:eu-central-1:222222222222:function:send";
    let sender = json!({"LambdaArn": arn, "LambdaVersion": "V1_0"});
    let stage = Stage::new();
    let members = json!({
        "AccountRecoverySetting": recovery(&["verified_email", "verified_phone_number"]),
        "EmailConfiguration": null,
        "LambdaConfig": {"CustomEmailSender": sender, "CustomSMSSender": sender},
    });
    stage.sandbox.seed_pool(&stage.new, &members).unwrap();
    let run = stage.plan_json("");
    let ids = ["recovery-emails-limited", "recovery-without-sender"];
    assert!(ids.iter().all(|id| warning(&run, id).is_none()), "{run}");
    let function = &run.json()["changes"].to_string();
    assert!(!function.contains("recovery-impossible"));
}

#[test]
fn triggers_that_migrated_users_do_not_meet_are_a_warning() {
    let arn = "arn:aws:lambda:eu-central-1:222222222222:function:greet";
    let triggers = json!({"PostConfirmation": arn, "PreAuthentication": arn});
    let stage = Stage::with_client(json!({"LambdaConfig": triggers}));
    let run = stage.plan_json("");
    let words = ["PostConfirmation", "migrated by a sign-in"];
    assert_warned(&run, "post-confirmation-not-run", "warning", &words);
    let words = ["request.userNotFound", stage.new.client.as_str()];
    assert_warned(&run, "pre-authentication-unknown-users", "warning", &words);
}

#[test]
fn threat_protection_of_the_old_pool_is_a_warning() {
    let stage = Stage::new();
    for (mode, severity) in [("ENFORCED", "lockout"), ("AUDIT", "warning")] {
        let add_ons = json!({"UserPoolAddOns": {"AdvancedSecurityMode": mode}});
        stage.sandbox.seed_pool(&stage.old, &add_ons).unwrap();
        let words = ["AWS's IP addresses", mode];
        let run = stage.plan_json("");
        assert_warned(&run, "old-pool-threat-protection", severity, &words);
    }
}

/// The AWS CLI as far as the printed command uses it: it prints a row per line.
const AWS_CLI: &str = r#"
import argparse, boto3, jmespath
parser = argparse.ArgumentParser()
parser.add_argument("call", nargs=2, choices=["cognito-idp", "list-users"])
for name in ["profile", "region", "user-pool-id", "output", "query"]:
    parser.add_argument(f"--{name}", required=True)
options = parser.parse_args()
assert options.output == "text"
client = boto3.Session(profile_name=options.profile).client("cognito-idp", region_name=options.region)
for page in client.get_paginator("list_users").paginate(UserPoolId=options.user_pool_id):
    for row in jmespath.search(options.query, page):
        print("\t".join(row))
"#;

/// Runs a command in a shell, with the AWS CLI.
fn shell(stage: &Stage, command: &str) -> Run {
    let python = tool("python").unwrap();
    let aws = stage.sandbox.home().join("aws");
    let program = format!("#!{}\n{AWS_CLI}", python.display());
    std::fs::write(&aws, program).unwrap();
    std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut run = stage.sandbox.command("sh");
    let path = format!("{}:/usr/bin:/bin", stage.sandbox.home().display());
    Run::of(run.args(["-c", command]).env("PATH", path))
}

/// Cognito creates only the first of them, because an alias belongs to one user.
#[test]
fn several_users_with_one_email_are_a_warning_that_lists_them() {
    let stage = Stage::with_new_pool(json!({"AliasAttributes": ["email"]}));
    for (name, email, verified) in [
        ("ann", "both@example.com", "true"),
        ("ben", "Both@example.com", "True"),
        ("cat", "other@example.com", "true"),
        ("dan", "other@example.com", "false"),
        ("eve", "eve@example.com", "true"),
    ] {
        stage.old_user(name, &[("email", email), ("email_verified", verified)]);
    }
    let words = [
        "same verified email",
        "only the first who signs in is migrated",
    ];
    let warning = assert_warned(&stage.plan_json(""), "shared-contacts", "lockout", &words);
    let fix = warning["fix"][0].as_str().unwrap();
    let command = fix.split('`').nth(1).unwrap();
    // A terminal of 80 columns doesn't break the command.
    let printed = stage.ok(&format!("plan {BOTH}"));
    assert!(printed.stdout.contains(command), "{printed}");
    let listed = shell(&stage, command);
    assert_eq!(
        listed.stdout.to_lowercase(),
        "both@example.com\n",
        "{listed}"
    );
    assert_eq!(listed.code, 0, "{listed}");
}

#[test]
fn a_user_whose_email_belongs_to_another_user_is_not_counted_as_migrated() {
    let stage = Stage::with_new_pool(json!({"AliasAttributes": ["email"]}));
    stage.in_pool(&stage.old, "AdminDeleteUser", json!({"Username": "ada"}));
    for name in ["ann", "ben"] {
        let email = [("email", "both@example.com"), ("email_verified", "true")];
        stage.old_user(name, &email);
    }
    stage.setup();
    stage.sign_in("ann", PASSWORD).unwrap();
    let status = |stage: &Stage| {
        let run = stage.changes_nothing(0, &format!("status {BOTH} --output json"));
        run.json()["status"].take()
    };
    assert_eq!(status(&stage)["users"]["percent"], 50);
    stage.sign_in("ben", PASSWORD).unwrap_err();
    assert!(stage.migrated("ben").is_none());
    let status = status(&stage);
    assert_eq!(status["users"]["approved"]["users"], 2);
    assert_eq!(status["users"]["new_estimate"], 1);
    // The approval of ben created no user.
    assert_eq!(status["users"]["percent"], Value::Null);
    let text = stage.ok(&format!("status {BOTH}"));
    assert!(!text.printed("% of the old pool's users"), "{text}");
}
