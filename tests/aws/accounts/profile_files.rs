//! Files of profiles that the AWS CLI accepts, and the settings in them.

use std::fmt::Write;
use std::time::Duration;

use cogmig_sandbox::{Authority, NEW_ACCOUNT, OLD_ACCOUNT};
use serde_json::json;

use crate::support::stage::{BOTH, Stage};

impl Stage {
    /// The text of the config file.
    fn config(&self) -> String {
        std::fs::read_to_string(self.sandbox.home().join(".aws/config")).unwrap()
    }

    fn set_config(&self, text: &str) {
        std::fs::write(self.sandbox.home().join(".aws/config"), text).unwrap();
    }
}

#[test]
fn files_that_the_aws_cli_accepts_work() {
    let stage = Stage::new();
    let config = stage.config();
    let indented = config.replace('\n', "\n    ");
    let quoted = config.replace("[profile old]", "[profile \"old\"]");
    for text in [
        indented.clone(),
        format!("\u{feff}{config}"),
        config.replace('\n', "\r\n"),
        quoted,
        format!("{config}\n[profile old]\noutput = json\n"),
        format!("[profile unrelated]\nthis line is broken\n{config}"),
        format!("this line is broken\n[not closed\n{config}"),
        config
            .replace(" = ", ": ")
            .to_uppercase()
            .replace("[PROFILE OLD]", "[profile x]")
            + &config,
        format!("\u{feff}{indented}").replace('\n', "\r\n"),
    ] {
        stage.set_config(&text);
        stage.changes_nothing(0, &format!("plan {BOTH}"));
    }
}

#[test]
fn a_name_with_blanks_and_its_source_profile_work() {
    let stage = Stage::new();
    let config = stage.config();
    stage.set_config(&config.replace("[profile old]", "[profile \"my old account\"]"));
    let mut command = stage.command();
    command.args([
        "plan",
        "--old-profile",
        "my old account",
        "--new-profile",
        "new",
    ]);
    let run = crate::support::run::Run::of(&mut command);
    run.assert_ended(0, "plan");
    assert!(run.printed("profile my old account"), "{run}");
}

/// The error never contains the line, which may be a secret.
#[test]
fn a_line_that_cannot_be_parsed_is_named_with_its_file() {
    let stage = Stage::new();
    let config = stage.config();
    stage.set_config(&config.replace("[profile old]", "[profile old]\nsecret without a name"));
    let run = stage.changes_nothing(64, &format!("plan {BOTH}"));
    run.assert_stderr(&[".aws/config, line 2", "NAME = VALUE"]);
    assert!(
        !run.printed("secret without") && !run.printed("doesn't exist"),
        "{run}"
    );
    stage.set_config(&config.replace("[profile old]", "[profile old"));
    let run = stage.changes_nothing(64, &format!("plan {BOTH}"));
    run.assert_stderr(&["profile `old` doesn't exist", ".aws/config, line 1"]);
}

/// The AWS CLI separates the words of a service's name with underscores, the SDK with hyphens.
#[test]
fn endpoints_of_services_are_used_in_both_spellings() {
    for separator in ["_", "-"] {
        let stage = Stage::new();
        let endpoint = stage.sandbox.endpoint();
        let mut config = String::new();
        for (name, account, region) in [
            ("old", OLD_ACCOUNT, "eu-west-1"),
            ("new", NEW_ACCOUNT, "eu-central-1"),
        ] {
            let _ = write!(
                config,
                "[profile {name}]\nservices = local\nregion = {region}\naws_access_key_id = {account}\naws_secret_access_key = test\n"
            );
        }
        config.push_str("[services local]\n");
        for service in [
            "iam",
            "sts",
            "lambda",
            "cognito_identity_provider",
            "cloudwatch",
            "cloudwatch_logs",
        ] {
            let service = service.replace('_', separator);
            let _ = write!(config, "{service} =\n  endpoint_url = {endpoint}\n");
        }
        stage.set_config(&config);
        stage.setup();
        stage.changes_nothing(0, &format!("verify {BOTH}"));
        stage.changes_nothing(0, &format!("status {BOTH}"));
    }
}

#[test]
fn a_ca_bundle_of_the_environment_or_the_profile_is_trusted() {
    let stage = Stage::new();
    let authority = Authority::new().unwrap();
    let proxy = stage
        .sandbox
        .distance(Duration::ZERO, Some(&authority))
        .unwrap();
    let config = stage
        .config()
        .replace(stage.sandbox.endpoint(), proxy.url());
    stage.set_config(&config);
    let plan = format!("plan {BOTH}");
    let run = stage.changes_nothing(1, &plan);
    run.assert_stderr(&["AWS_CA_BUNDLE", "ca_bundle"]);
    stage.file("ca.pem", authority.pem());
    let bundle = stage.sandbox.home().join("ca.pem");
    let bundle = bundle.to_str().unwrap();
    stage.with(0, &plan, &[("AWS_CA_BUNDLE", bundle)]);
    let run = stage.with(1, &plan, &[("AWS_CA_BUNDLE", "missing.pem")]);
    run.assert_stderr(&["can't read the CA bundle missing.pem"]);
    stage.set_config(&config.replace("region =", &format!("ca_bundle = {bundle}\nregion =")));
    stage.ok(&plan);
    stage.set_config(&config.replace("region =", "ca_bundle = ~/ca.pem\nregion ="));
    stage.ok(&plan);
}

#[test]
fn an_expired_sso_session_has_one_clear_fix() {
    let stage = Stage::new();
    let session = "[sso-session company]\nsso_start_url = https://company.awsapps.com/start\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n";
    let profile = "sso_session = company\nsso_account_id = 222222222222\nsso_role_name = Admin\nregion = eu-central-1";
    stage.set_config(&format!("{}\n{session}", stage.config()));
    stage.raw_profile("my-sso", profile);
    let fix = "fix:  run `aws sso login --profile my-sso`";
    let assert_expired = || {
        let run = stage.changes_nothing(1, "plan --old-profile old --new-profile my-sso");
        run.assert_stderr(&[fix]);
        for internal in ["dispatch", "provider", "loading", "cache", "token"] {
            assert!(!run.stderr.contains(internal), "{internal}\n{run}");
        }
    };
    // No session, then an expired one. The name of the file is the SHA-1 of the session's name.
    assert_expired();
    let cache = stage.sandbox.home().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    let file = cache.join("71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json");
    let token = json!({"accessToken": "secret", "expiresAt": "2020-01-01T00:00:00Z", "startUrl": "https://company.awsapps.com/start", "region": "eu-west-1"});
    std::fs::write(file, token.to_string()).unwrap();
    assert_expired();
}
