//! The IAM policies of `templates/`, with their variables replaced, and checked with linters:
//! cfn-lint checks trust policies and identity policies, parliament checks identity policies in
//! more detail.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const VARIABLES: [(&str, &str); 18] = [
    ("PARTITION", "aws"),
    ("NEW_ACCOUNT", "222222222222"),
    ("EXTERNAL_ID", "an-external-id-of-a-test"),
    (
        "OLD_POOL_ARN",
        "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_AbCdEfGhI",
    ),
    (
        "ACCESS_ROLE_ARN",
        "arn:aws:iam::111111111111:role/cognito-access-role",
    ),
    (
        "LAMBDA_ROLE_ARN",
        "arn:aws:iam::222222222222:role/cognito-migration-lambda",
    ),
    (
        "LOG_GROUP_ARN",
        "arn:aws:logs:eu-central-1:222222222222:log-group:/aws/lambda/cognito-migration-lambda",
    ),
    ("OLD_ACCOUNT", "111111111111"),
    (
        "NEW_POOL_ARN",
        "arn:aws:cognito-idp:eu-central-1:222222222222:userpool/eu-central-1_AbCdEfGhI",
    ),
    (
        "LAMBDA_POLICY_ARN",
        "arn:aws:iam::222222222222:policy/cognito-migration-lambda-policy",
    ),
    (
        "FUNCTION_ARN",
        "arn:aws:lambda:eu-central-1:222222222222:function:cognito-migration-lambda",
    ),
    (
        "INSTANCE_PROFILE_ARN",
        "arn:aws:iam::222222222222:instance-profile/cognito-migration-lambda",
    ),
    (
        "SMS_ROLE_ARN",
        "arn:aws:iam::222222222222:role/service-role/sms",
    ),
    (
        "KMS_KEY_ARN",
        "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555",
    ),
    (
        "BOUNDARY_ARN",
        "arn:aws:iam::222222222222:policy/team/boundary",
    ),
    (
        "EACH_ACCESS_ROLE_ARN",
        "arn:aws:iam::111111111111:role/*cognito-access-role*",
    ),
    (
        "EACH_LAMBDA_ROLE_ARN",
        "arn:aws:iam::222222222222:role/*cognito-migration-lambda*",
    ),
    (
        "EACH_FUNCTION_ARN",
        "arn:aws:lambda:eu-central-1:222222222222:function:*",
    ),
];

/// Actions of 2026 that the linters don't know yet. They aren't linted.
const NEWER: [&str; 1] = ["cognito-idp:ListPointInTimeRecoveries"];

/// The policy without the actions that the linters don't know yet.
fn known(mut policy: Value) -> Value {
    for statement in policy["Statement"].as_array_mut().into_iter().flatten() {
        if let Some(actions) = statement["Action"].as_array_mut() {
            actions.retain(|action| NEWER.iter().all(|newer| action != newer));
        }
    }
    policy
}

/// A template with its variables replaced.
fn document(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut text = fs::read_to_string(folder.join(name)).unwrap();
    for (variable, value) in VARIABLES {
        text = text.replace(&format!("${{{variable}}}"), value);
    }
    assert!(!text.contains("${"), "a variable is left in {name}\n{text}");
    known(serde_json::from_str(&text).unwrap())
}

/// All policies in a CloudFormation template.
fn template() -> Value {
    let role = |trust: &str, inline: Value| {
        json!({"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": document(trust), "Policies": inline,
        }})
    };
    let access = json!([
        {"PolicyName": "cognito-access", "PolicyDocument": document("access-role-policy.json")},
        {"PolicyName": "with-secret", "PolicyDocument": document("access-role-policy-with-secret.json")},
    ]);
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "AccessRole": role("access-role-trust.json", access),
            "LambdaRole": role("lambda-role-trust.json", json!([])),
            "PipelineInTheOldAccount": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "PolicyDocument": document("pipeline-old.json"),
            }},
            "PipelineInTheNewAccount": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "PolicyDocument": document("pipeline-new.json"),
            }},
            "LambdaPolicy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "PolicyDocument": document("lambda-policy.json"),
            }},
        },
    })
}

/// Runs a linter of the sandbox's virtual environment with this standard input. Any output is an
/// error.
fn lint(tool: &str, flags: &[&str], text: &Value) -> Result<(), String> {
    let mut linter = Command::new(cogmig_sandbox::tool(tool).unwrap())
        .args(flags)
        // Hides warnings about the linter's own code.
        .env("PYTHONWARNINGS", "ignore")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = linter.stdin.take().unwrap();
    input.write_all(text.to_string().as_bytes()).unwrap();
    drop(input);
    let Output {
        status,
        stdout,
        stderr,
    } = linter.wait_with_output().unwrap();
    let output = String::from_utf8_lossy(&[stdout, stderr].concat())
        .trim()
        .to_owned();
    if status.success() && output.is_empty() {
        return Ok(());
    }
    Err(output)
}

fn cfn_lint(template: &Value) -> Result<(), String> {
    // One Region is enough: the results are the same in all Regions.
    lint("cfn-lint", &["--regions", "eu-west-1"], template)
}

/// Findings that aren't true of AWS: a call of GetQueryResults has the ID of a query and no log
/// group, so IAM can't compare it with one; and an action that is newer than the linter's list.
const OUTDATED: [&str; 2] = [
    "LOW - Unnecessary use of Resource * -  - ['logs:GetQueryResults'] - ",
    "LOW - Unknown action -  - Unknown action cognito-idp:ListUserPoolClientSecrets - ",
];

fn parliament(policy: &Value) -> Result<(), String> {
    let is_outdated = |found: &str| {
        let mut lines = found.lines();
        lines.all(|line| OUTDATED.iter().any(|known| line.starts_with(known)))
    };
    match lint("parliament", &[], policy) {
        Err(found) if !found.is_empty() && is_outdated(&found) => Ok(()),
        result => result,
    }
}

#[test]
fn the_list_of_documents_is_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    names.sort();
    let expected = [
        "access-role-policy-with-secret.json",
        "access-role-policy.json",
        "access-role-trust.json",
        "lambda-policy.json",
        "lambda-role-trust.json",
        "pipeline-new.json",
        "pipeline-old.json",
    ];
    assert_eq!(names, expected);
}

#[test]
fn cfn_lint_finds_nothing() {
    assert_eq!(cfn_lint(&template()), Ok(()));
}

#[test]
fn parliament_finds_nothing() {
    for name in [
        "access-role-policy.json",
        "access-role-policy-with-secret.json",
        "lambda-policy.json",
        "pipeline-old.json",
        "pipeline-new.json",
    ] {
        assert_eq!(parliament(&document(name)), Ok(()), "{name}");
    }
}

/// Checks the printed policies without and with all options.
#[test]
fn the_linters_find_nothing_in_printed_policies() {
    for options in [
        "old",
        "new",
        "old --read-only",
        "new --read-only",
        "old --account 111111111111 --old-pool eu-west-1_AbCdEfGhI --dedicated-old-client",
        "new --account 222222222222 --new-pool eu-central-1_AbCdEfGhI --suffix blue --replace-trigger \
         --sms-role arn:aws:iam::222222222222:role/service-role/sms",
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cogmig"));
        command.env_clear().current_dir(std::env::temp_dir());
        let options: Vec<_> = options.split_whitespace().collect();
        let printed = command
            .arg("policy")
            .args(&options)
            .output()
            .unwrap()
            .stdout;
        let policy = known(serde_json::from_slice(&printed).unwrap());
        assert_eq!(parliament(&policy), Ok(()), "{options:?}");
        let template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Resources": {"Pipeline": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "PolicyDocument": policy,
            }}},
        });
        assert_eq!(cfn_lint(&template), Ok(()), "{options:?}");
    }
}

#[test]
fn cfn_lint_would_find_a_wrong_action_and_a_wrong_operator() {
    let mut wrong = template();
    let policy = &mut wrong["Resources"]["LambdaPolicy"]["Properties"]["PolicyDocument"];
    policy["Statement"][0]["Action"] = "sts:AssumeRolle".into();
    let output = cfn_lint(&wrong).unwrap_err();
    assert!(output.contains("assumerolle"), "{output}");

    let mut wrong = template();
    let trust = &mut wrong["Resources"]["AccessRole"]["Properties"]["AssumeRolePolicyDocument"];
    let conditions = trust["Statement"][0]["Condition"].as_object_mut().unwrap();
    let condition = conditions.remove("ArnEquals").unwrap();
    conditions.insert("ArnIs".into(), condition);
    let output = cfn_lint(&wrong).unwrap_err();
    assert!(output.contains("ArnIs"), "{output}");
}

#[test]
fn parliament_would_find_a_wrong_action_and_a_wrong_resource() {
    let mut wrong = document("access-role-policy.json");
    wrong["Statement"][0]["Action"] = json!(["cognito-idp:AdminGetUsers"]);
    let output = parliament(&wrong).unwrap_err();
    assert!(output.contains("AdminGetUsers"), "{output}");

    let mut wrong = document("lambda-policy.json");
    wrong["Statement"][0]["Resource"] = "arn:aws:s3:::bucket".into();
    let output = parliament(&wrong).unwrap_err();
    assert!(output.contains("No resources match"), "{output}");
}
