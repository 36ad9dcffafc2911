//! Failures before the first change: one clear message each, and nothing is created.

use std::time::{Duration, Instant};

use cogmig_sandbox::{Reply, ScriptedServer, closed_port};

use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

/// Checks that each command with an invalid profile on each side exits with this status, prints one
/// error with these texts, and changes nothing.
fn assert_fails(stage: &Stage, profile: &str, code: i32, words: &[&str]) {
    for (verb, profiles) in [
        (
            "setup",
            format!("--old-profile {profile} --new-profile new"),
        ),
        (
            "setup",
            format!("--old-profile old --new-profile {profile}"),
        ),
        ("plan", format!("--old-profile old --new-profile {profile}")),
        (
            "teardown",
            format!("--old-profile old --new-profile {profile}"),
        ),
    ] {
        let run = stage.changes_nothing(code, &format!("{verb} {profiles}"));
        run.assert_stderr(words);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{run}");
        assert_eq!(run.stdout, "", "{run}");
    }
}

#[test]
fn a_profile_that_does_not_exist() {
    let stage = Stage::new();
    assert_fails(&stage, "absent", 64, &["absent"]);
    let absent = "setup --old-profile old --new-profile absent --new-region eu-central-1";
    let run = stage.changes_nothing(64, absent);
    run.assert_stderr(&["absent", "aws configure list-profiles"]);
}

#[test]
fn a_missing_configuration_file() {
    let stage = Stage::new();
    std::fs::remove_file(stage.sandbox.home().join(".aws/config")).unwrap();
    let run = stage.ends(64, &format!("setup {BOTH}"));
    run.assert_stderr(&["profile", "old"]);
}

#[test]
fn an_access_key_that_does_not_exist() {
    let stage = Stage::new();
    stage.profile("forged", "new", ["AKIAIOSFODNN7EXAMPLE", "guessed"], &[]);
    assert_fails(
        &stage,
        "forged",
        1,
        &["forged", "sts:GetCallerIdentity", "cause:"],
    );
}

#[test]
fn a_wrong_secret_access_key() {
    let stage = Stage::new();
    stage.user_without("new", "deployer", "s3:*");
    let key = std::fs::read_to_string(stage.sandbox.home().join(".aws/config")).unwrap();
    let key = key.split("[profile deployer]").nth(1).unwrap();
    let key = key
        .lines()
        .find_map(|line| line.strip_prefix("aws_access_key_id = "));
    stage.profile("forged", "new", [key.unwrap(), "guessed"], &[]);
    assert_fails(
        &stage,
        "forged",
        1,
        &["forged", "sts:GetCallerIdentity", "cause:"],
    );
}

#[test]
fn an_expired_session() {
    let stage = Stage::new();
    let words = "The security token included in the request is expired";
    let expired = Reply::query_error(403, "ExpiredToken", words);
    let server = ScriptedServer::start(move |_| expired.clone()).unwrap();
    stage.profile_at("expired", &server);
    assert_fails(
        &stage,
        "expired",
        1,
        &["ExpiredToken", words, "sign in again", "profile `expired`"],
    );
}

#[test]
fn a_response_that_is_not_from_aws() {
    let stage = Stage::new();
    let portal = |_: &_| Reply::text(200, "<html>Please sign in to the network</html>");
    let server = ScriptedServer::start(portal).unwrap();
    stage.profile_at("portal", &server);
    assert_fails(&stage, "portal", 1, &["portal"]);
}

#[test]
fn no_network() {
    let stage = Stage::new();
    let port = closed_port().unwrap();
    stage.raw_profile(
        "offline",
        &format!(
            "endpoint_url = http://{port}\nregion = eu-central-1\n\
         aws_access_key_id = key\naws_secret_access_key = secret"
        ),
    );
    let before = stage.sandbox.snapshot();
    for verb in ["setup", "teardown"] {
        for attempts in ["1", "3"] {
            let started = Instant::now();
            let mut command = stage.command();
            command
                .args([verb, "--old-profile", "old", "--new-profile", "offline"])
                .env("AWS_MAX_ATTEMPTS", attempts);
            let run = Run::of(&mut command);
            run.assert_ended(1, verb);
            run.assert_stderr(&["no response", "offline", "check the network"]);
            assert!(started.elapsed() < Duration::from_secs(10), "{run}");
        }
    }
    assert_eq!(stage.sandbox.snapshot(), before);
}

#[test]
fn the_endpoint_can_come_from_the_environment() {
    let stage = Stage::new();
    for (name, account, region) in [
        ("plain-old", "111111111111", "eu-west-1"),
        ("plain-new", "222222222222", "eu-central-1"),
    ] {
        stage.raw_profile(
            name,
            &format!(
                "region = {region}\naws_access_key_id = {account}\naws_secret_access_key = test"
            ),
        );
    }
    let mut command = stage.command();
    command
        .args([
            "plan",
            "--old-profile",
            "plain-old",
            "--new-profile",
            "plain-new",
        ])
        .env("AWS_ENDPOINT_URL", stage.sandbox.endpoint());
    Run::of(&mut command).assert_ended(0, "plan");
}

#[test]
fn a_missing_or_invalid_package() {
    let stage = Stage::new();
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --lambda-zip absent.zip"));
    run.assert_stderr(&["absent.zip"]);
    stage.file("text.zip", "not an archive");
    let run = stage.changes_nothing(1, &format!("setup {BOTH} --lambda-zip text.zip"));
    run.assert_stderr(&["text.zip"]);
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let stage = Stage::new();
    let mut command = stage.sandbox.command("sh");
    let binary = stage.command();
    command
        .current_dir(stage.sandbox.home())
        .env("COGMIG_ARCHITECTURE", cogmig_sandbox::architecture())
        .args(["-c", "\"$0\" \"$@\" | true"])
        .arg(binary.get_program())
        .args(["plan"])
        .args(BOTH.split(' '));
    let run = Run::of(&mut command);
    run.assert_ended(0, "plan | true");
}
