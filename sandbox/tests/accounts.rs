//! The two accounts: profiles, journal, boto3, and snapshots.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Sandbox};
use serde_json::{Value, json};

#[test]
fn profiles_are_two_accounts_in_three_regions() {
    let sandbox = Sandbox::start().unwrap();
    for (profile, account, region) in [
        ("old", OLD_ACCOUNT, "eu-west-1"),
        ("new", NEW_ACCOUNT, "eu-central-1"),
        ("old-other", OLD_ACCOUNT, "eu-north-1"),
    ] {
        let who = sandbox.aws(profile, "sts", "GetCallerIdentity", json!({}));
        assert_eq!(who.unwrap()["Account"], account);
        let pool = sandbox.pool(profile, "users").unwrap();
        assert_eq!(pool.region, region);
        assert!(
            pool.arn
                .starts_with(&format!("arn:aws:cognito-idp:{region}:{account}:userpool/"))
        );
    }
}

#[test]
fn signatures_are_verified_and_permissions_evaluated() {
    let sandbox = Sandbox::start().unwrap();
    let made = sandbox.aws("old", "iam", "CreateUser", json!({"UserName": "nobody"}));
    made.unwrap();
    let key = sandbox.aws(
        "old",
        "iam",
        "CreateAccessKey",
        json!({"UserName": "nobody"}),
    );
    let key = key.unwrap()["AccessKey"].clone();
    add_profile(
        &sandbox,
        "nobody",
        &key["AccessKeyId"],
        &key["SecretAccessKey"],
    );
    let fault = sandbox.aws(
        "nobody",
        "cognito-idp",
        "ListUserPools",
        json!({"MaxResults": 1}),
    );
    assert_eq!(fault.unwrap_err().code, "AccessDeniedException");
    add_profile(&sandbox, "forged", &key["AccessKeyId"], &"guessed".into());
    let fault = sandbox.aws(
        "forged",
        "cognito-idp",
        "ListUserPools",
        json!({"MaxResults": 1}),
    );
    assert_ne!(fault.unwrap_err().code, "AccessDeniedException");
}

#[test]
fn the_journal_has_all_calls_except_those_of_the_sandbox() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.pool("old", "users").unwrap();
    let _ = sandbox.snapshot();
    assert_eq!(sandbox.journal(), []);

    let script = "import boto3\n\
        s = boto3.Session(profile_name='old')\n\
        s.client('iam').create_user(UserName='u')\n\
        k = s.client('iam').create_access_key(UserName='u')['AccessKey']\n\
        s.client('lambda').list_functions()\n\
        t = boto3.Session(k['AccessKeyId'], k['SecretAccessKey'], region_name='sa-east-1')\n\
        t.client('sts', endpoint_url=s.client('sts').meta.endpoint_url).get_caller_identity()\n";
    let python = cogmig_sandbox::tool("python").unwrap();
    let ran = sandbox
        .command(python)
        .args(["-c", script])
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let lines: Vec<String> = sandbox
        .journal()
        .iter()
        .map(|call| {
            let kind = if call.writes { "writes" } else { "reads" };
            format!(
                "{} {} {} {kind} {}",
                call.account, call.service, call.action, call.status
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "111111111111 iam CreateUser writes 200",
            "111111111111 iam CreateAccessKey writes 200",
            "111111111111 lambda ListFunctions reads 200",
            // The proxy knows the account of a key that was created through it.
            "111111111111 sts GetCallerIdentity reads 200",
        ]
    );
    sandbox.clear_journal();
    assert_eq!(sandbox.journal(), []);
}

#[test]
fn snapshots_are_complete_and_stable() {
    let sandbox = Sandbox::start().unwrap();
    let empty = sandbox.snapshot();
    let pool = sandbox.pool("new", "users").unwrap();
    sandbox
        .user(
            &pool,
            "ann",
            "Correct-horse-1",
            &[("email", "ann@example.com")],
        )
        .unwrap();
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }]});
    let role = json!({
        "RoleName": "r", "AssumeRolePolicyDocument": trust.to_string(),
        "Tags": [{"Key": "team", "Value": "accounts"}],
    });
    sandbox.aws("new", "iam", "CreateRole", role).unwrap();
    let group = json!({"logGroupName": "/aws/lambda/f", "tags": {"team": "accounts"}});
    sandbox
        .aws("new", "logs", "CreateLogGroup", group.clone())
        .unwrap();

    let full = sandbox.snapshot();
    assert_eq!(full, sandbox.snapshot());
    assert_eq!(full[OLD_ACCOUNT], empty[OLD_ACCOUNT]);
    let new = &full[NEW_ACCOUNT];
    assert_eq!(new["pools"][0]["pool"]["Id"], pool.id.as_str());
    assert_eq!(
        new["pools"][0]["clients"][0]["ClientId"],
        pool.client.as_str()
    );
    assert_eq!(new["pools"][0]["users"][0]["UserStatus"], "CONFIRMED");
    assert_eq!(new["roles"][0]["role"]["AssumeRolePolicyDocument"], trust);
    assert_eq!(new["roles"][0]["tags"], json!({"team": "accounts"}));
    assert_eq!(new["log_groups"][0]["tags"], json!({"team": "accounts"}));

    let checkpoint = sandbox.checkpoint();
    let deletions = [
        (
            "cognito-idp",
            "DeleteUserPool",
            json!({"UserPoolId": pool.id}),
        ),
        ("iam", "DeleteRole", json!({"RoleName": "r"})),
        (
            "logs",
            "DeleteLogGroup",
            json!({"logGroupName": "/aws/lambda/f"}),
        ),
    ];
    for (service, operation, params) in deletions {
        sandbox.aws("new", service, operation, params).unwrap();
    }
    assert_eq!(sandbox.snapshot(), empty);
    for _ in 0..2 {
        sandbox.restore(&checkpoint);
        assert_eq!(sandbox.snapshot(), full);
        let pool = json!({"UserPoolId": pool.id});
        let deleted = sandbox.aws("new", "cognito-idp", "DeleteUserPool", pool);
        deleted.unwrap();
    }
}

#[test]
fn dropping_the_sandbox_removes_everything() {
    let sandbox = Sandbox::start().unwrap();
    let home = sandbox.home().to_owned();
    let address = sandbox.endpoint().trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(sandbox);
    assert!(!home.exists());
    assert!(std::net::TcpStream::connect(&address).is_err());
}

fn add_profile(sandbox: &Sandbox, name: &str, key: &Value, secret: &Value) {
    let settings = [
        ("region", "eu-west-1"),
        ("aws_access_key_id", key.as_str().unwrap()),
        ("aws_secret_access_key", secret.as_str().unwrap()),
    ];
    sandbox.add_profile(name, &settings).unwrap();
}
