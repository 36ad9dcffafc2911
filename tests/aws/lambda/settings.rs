//! Settings of the function that others added are kept, and aren't drift.

use serde_json::{Value, json};

use crate::support::stage::{BOTH, LAMBDA, PASSWORD, Stage};

/// The members that others set here.
fn of_others(stage: &Stage) -> Value {
    let set = stage.function()["Configuration"].take();
    let members = [
        "DeadLetterConfig",
        "EphemeralStorage",
        "FileSystemConfigs",
        "KMSKeyArn",
        "Layers",
        "LoggingConfig",
        "TracingConfig",
        "VpcConfig",
    ];
    members
        .map(|name| (name.to_owned(), set[name].clone()))
        .into_iter()
        .collect()
}

#[test]
fn settings_of_others_are_kept_and_are_not_drift() {
    let stage = Stage::new();
    stage.setup();
    let layer = json!({
        "LayerName": "agent", "Content": {"ZipFile": {"$bytes": crate::support::console::EMPTY_ZIP}},
    });
    let layer = stage.aws("new", "lambda:PublishLayerVersion", layer)["LayerVersionArn"].take();
    let arn =
        |service: &str, name: &str| format!("arn:aws:{service}:eu-central-1:222222222222:{name}");
    let params = json!({
        "FunctionName": LAMBDA,
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "Layers": [layer],
        "KMSKeyArn": arn("kms", "key/1"),
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": format!("/aws/lambda/{LAMBDA}")},
        "DeadLetterConfig": {"TargetArn": arn("sqs", "queue")},
        "EphemeralStorage": {"Size": 1024},
        "FileSystemConfigs": [{
            "Arn": arn("elasticfilesystem", "access-point/fsap-0123456789abcdef0"),
            "LocalMountPath": "/mnt/x",
        }],
    });
    stage.aws("new", "lambda:UpdateFunctionConfiguration", params);
    let signing = json!({
        "FunctionName": LAMBDA,
        "CodeSigningConfigArn": arn("lambda", "code-signing-config:csc-0123456789abcdef0"),
    });
    stage.aws("new", "lambda:PutFunctionCodeSigningConfig", signing);
    let before = of_others(&stage);
    assert_eq!(before["EphemeralStorage"]["Size"], 1024);

    let run = stage.changes_nothing(0, &format!("verify {BOTH}"));
    assert!(run.printed("Drift: none."), "{run}");
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    for option in ["--forgot-password refuse", "--log-users none"] {
        stage.ok(&format!("setup {BOTH} {option}"));
        assert_eq!(of_others(&stage), before);
    }
    stage.replace_function_code();
    stage.setup();
    assert_eq!(of_others(&stage), before);
    let name = json!({"FunctionName": LAMBDA});
    let signing = stage.aws("new", "lambda:GetFunctionCodeSigningConfig", name);
    assert!(
        signing["CodeSigningConfigArn"]
            .as_str()
            .unwrap()
            .contains("csc-")
    );
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// Without the environment, the options of the deployment would be reset.
#[test]
fn an_environment_that_cannot_be_decrypted_fails_every_command() {
    let stage = Stage::new();
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    let set = stage.function()["Configuration"].take();
    let key = "arn:aws:kms:eu-central-1:222222222222:key/1";
    let message = "Lambda was unable to decrypt your environment variables";
    let error = json!({"ErrorCode": "AccessDeniedException", "Message": message});
    stage.set_function(&json!({"KMSKeyArn": key, "Environment": {"Error": error}}));
    for command in ["plan", "setup", "verify", "status"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH}"));
        for text in [message, "AccessDeniedException", "kms:Decrypt", key] {
            assert!(run.printed(text), "{text}\n{run}");
        }
    }
    stage.set_function(&json!({"Environment": set["Environment"]}));
    stage.ok(&format!("verify {BOTH}"));
    stage.set_function(&json!({"Environment": {"Error": error}}));
    stage.teardown();
}
