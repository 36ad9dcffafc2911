//! Regions that aren't enabled in an account.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{AwsFault, NEW_ACCOUNT, OLD_ACCOUNT, Sandbox};
use serde_json::{Value, json};

const OPT_IN: &str = "eu-south-2";

fn assume(sandbox: &Sandbox, region: &str) -> Result<Value, AwsFault> {
    let role = format!("arn:aws:iam::{OLD_ACCOUNT}:role/access");
    let params = json!({"RoleArn": role, "RoleSessionName": "session"});
    sandbox.aws_in("new", region, "sts", "AssumeRole", params)
}

#[test]
fn sts_needs_the_region_in_the_account_of_the_role_and_in_that_of_the_caller() {
    let sandbox = Sandbox::start().unwrap();
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{NEW_ACCOUNT}:root")},
    }]});
    let role = json!({"RoleName": "access", "AssumeRolePolicyDocument": trust.to_string()});
    sandbox.aws("old", "iam", "CreateRole", role).unwrap();
    assume(&sandbox, OPT_IN).unwrap();

    sandbox.disable_region(OLD_ACCOUNT, OPT_IN);
    let fault = assume(&sandbox, OPT_IN).unwrap_err();
    assert_eq!(fault.code, "RegionDisabledException");
    let words = format!("STS is not activated in this region for account:{OLD_ACCOUNT}.");
    assert!(fault.message.starts_with(&words), "{fault}");
    assume(&sandbox, "eu-west-1").unwrap();

    sandbox.disable_region(NEW_ACCOUNT, OPT_IN);
    assert_eq!(
        assume(&sandbox, OPT_IN).unwrap_err().code,
        "InvalidClientTokenId"
    );
    sandbox.enable_region(OLD_ACCOUNT, OPT_IN);
    sandbox.enable_region(NEW_ACCOUNT, OPT_IN);
    assume(&sandbox, OPT_IN).unwrap();
}

#[test]
fn no_service_in_the_region_accepts_the_credentials_and_iam_is_global() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.disable_region(OLD_ACCOUNT, OPT_IN);
    for (service, operation, params, code) in [
        (
            "sts",
            "GetCallerIdentity",
            json!({}),
            "InvalidClientTokenId",
        ),
        (
            "cognito-idp",
            "ListUserPools",
            json!({"MaxResults": 1}),
            "UnrecognizedClientException",
        ),
        (
            "lambda",
            "ListFunctions",
            json!({}),
            "UnrecognizedClientException",
        ),
    ] {
        let call =
            |profile, region| sandbox.aws_in(profile, region, service, operation, params.clone());
        assert_eq!(call("old", OPT_IN).unwrap_err().code, code, "{service}");
        call("old", "eu-west-1").unwrap();
        call("new", OPT_IN).unwrap();
    }
    sandbox
        .aws_in("old", OPT_IN, "iam", "ListRoles", json!({}))
        .unwrap();
}
