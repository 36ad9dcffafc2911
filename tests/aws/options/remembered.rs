//! The options of a deployment are read back from its resources. An option changes only if it's
//! set.

use serde_json::{Value, json};

use crate::support::console::EMPTY_ZIP;
use crate::support::stage::{BOTH, HOST, LAMBDA, LOG_GROUP, PASSWORD, Stage};

/// Options with values that aren't defaults.
const OPTIONS: &str = "--old-sub custom:old_sub --forgot-password refuse --drop-attribute nickname --temporary-passwords reset --attribute custom:tenant=custom:org --log-retention 90 --log-users none";

/// The same options with the values that restore their defaults.
const DEFAULTS: &str = "--old-sub none --forgot-password migrate --drop-attribute none --temporary-passwords refuse --attribute none --log-retention 180 --log-users hash";

/// A new pool with the attributes of `OPTIONS`.
fn stage() -> Stage {
    let text = |name: &str| json!({"Name": name, "AttributeDataType": "String", "Mutable": true, "StringAttributeConstraints": {"MaxLength": "64"}});
    Stage::with_new_pool(json!({"Schema": [text("tenant"), text("org"), text("old_sub")]}))
}

fn environment(stage: &Stage) -> Value {
    let name = json!({"FunctionName": LAMBDA});
    let set = stage.aws("new", "lambda:GetFunctionConfiguration", name);
    set["Environment"]["Variables"].clone()
}

#[test]
fn a_plain_command_uses_the_options_of_the_deployment() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} {OPTIONS}"));
    let deployed = environment(&stage);
    for arguments in [
        "setup",
        "plan --detailed-exitcode",
        "verify",
        "status --detailed-exitcode",
    ] {
        let run = stage.changes_nothing(0, &format!("{arguments} {BOTH}"));
        assert!(!run.printed("drift:"), "{run}");
    }
    assert_eq!(environment(&stage), deployed);
    // One option changes, and the others remain.
    stage.ok(&format!("setup {BOTH} --forgot-password migrate"));
    let mut expected = deployed;
    expected["FORGOT_PASSWORD"] = "migrate".into();
    assert_eq!(environment(&stage), expected);
}

#[test]
fn each_option_can_be_given_its_default() {
    let stage = stage();
    stage.setup();
    // A key that was removed is never used again.
    let variables = || {
        let mut variables = environment(&stage);
        assert!(variables["LOG_USER_KEY"].take().is_string());
        variables
    };
    let defaults = variables();
    let allowed = "--allow attributes-no-longer-migrated,old-sub-no-longer-migrated";
    stage.ok(&format!("setup {BOTH} {OPTIONS} {allowed}"));
    assert_eq!(environment(&stage)["LOG_USER_KEY"], Value::Null);
    stage.ok(&format!("setup {BOTH} {DEFAULTS} {allowed}"));
    assert_eq!(variables(), defaults);
    let run = stage.changes_nothing(0, &format!("plan {BOTH} --detailed-exitcode"));
    for option in ["old-sub =", "forgot-password =", "log-retention ="] {
        assert!(!run.printed(option), "{option}\n{run}");
    }
}

#[test]
fn options_that_are_not_defaults_are_printed_with_their_origin() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} {OPTIONS}"));
    stage.file("cogmig.toml", "\nlog-retention = 60\n");
    let variables = [("COGMIG_TEMPORARY_PASSWORDS", "reset")];
    for command in ["plan", "setup --dry-run", "status"] {
        let arguments = format!("{command} {BOTH} --drop-attribute nickname");
        let run = stage.with(0, &arguments, &variables);
        for line in [
            "option old-sub = custom:old_sub (existing deployment)",
            "option forgot-password = refuse (existing deployment)",
            "option attribute = custom:tenant=custom:org (existing deployment)",
            "option drop-attribute = nickname (command line)",
            "option temporary-passwords = reset (COGMIG_TEMPORARY_PASSWORDS)",
            "option log-retention = 60 (cogmig.toml, line 2)",
        ] {
            assert!(run.printed(line), "{line}\n{run}");
        }
        let json = stage.with(0, &format!("{arguments} --output json"), &variables);
        let json = json.json();
        let options = json["options"].as_array().unwrap();
        let option = |name: &str| {
            let mut options = options.iter();
            let option = options.find(|option| option["name"] == name);
            option.unwrap_or_else(|| panic!("{name}\n{json}")).clone()
        };
        assert_eq!(option("old-sub")["value"], "custom:old_sub");
        assert_eq!(option("old-sub")["set_by"], "existing deployment: old-sub");
        assert_eq!(
            option("log-retention")["set_by"],
            "cogmig.toml, line 2: log-retention"
        );
        // An option that overrides the deployment's is listed once.
        let retentions = options
            .iter()
            .filter(|option| option["name"] == "log-retention");
        assert_eq!(retentions.count(), 1);
    }
}

/// The user of the second sign-in would lose attributes without a word.
#[test]
fn an_attribute_that_is_no_longer_migrated_must_be_allowed() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} --old-sub custom:old_sub"));
    for (option, id) in [
        ("--drop-attribute email", "attributes-no-longer-migrated"),
        (
            "--attribute custom:tenant=custom:org",
            "attributes-no-longer-migrated",
        ),
        ("--old-sub none", "old-sub-no-longer-migrated"),
        ("--old-sub custom:org", "old-sub-no-longer-migrated"),
    ] {
        let setup = format!("setup {BOTH} {option}");
        let run = stage.changes_nothing(1, &setup);
        assert!(
            run.printed("warning (data-loss)") && run.printed("aren't updated"),
            "{run}"
        );
        run.assert_stderr(&[&format!("--allow {id}")]);
        let plan = stage.changes_nothing(1, &format!("plan {BOTH} {option} --output json"));
        assert_eq!(plan.json()["error"]["id"], "consent-missing", "{plan}");
        // Allowing another warning, or all prompts, isn't enough.
        stage.changes_nothing(1, &format!("{setup} --yes --allow no-user-can-be-migrated"));
        stage.changes_nothing(0, &format!("plan {BOTH} {option} --allow {id}"));
    }
    let deployed = environment(&stage);
    stage.ok(&format!(
        "setup {BOTH} --old-sub none --allow old-sub-no-longer-migrated"
    ));
    assert_ne!(environment(&stage), deployed);
    // There is nothing more to lose.
    stage.changes_nothing(0, &format!("setup {BOTH} --old-sub none"));
}

/// A role that may write only tags must not be able to change how users are migrated.
#[test]
fn tags_do_not_change_the_options() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    let deployed = environment(&stage);
    let keys = [
        "forgot-password",
        "temporary-passwords",
        "mfa-users",
        "old-sub",
        "attribute",
    ];
    let tags: Vec<_> = keys
        .iter()
        .flat_map(|key| {
            [
                format!("cogmig:{key}"),
                key.to_uppercase().replace('-', "_"),
            ]
        })
        .collect();
    for role in ["cognito-access-role", LAMBDA] {
        let side = if role == LAMBDA { "new" } else { "old" };
        let tags = tags
            .iter()
            .map(|key| json!({"Key": key, "Value": "migrate"}));
        let tags: Vec<_> = tags.collect();
        stage.aws(side, "iam:TagRole", json!({"RoleName": role, "Tags": tags}));
    }
    let arn = format!("arn:aws:lambda:eu-central-1:222222222222:function:{LAMBDA}");
    let tags: Value = tags
        .iter()
        .map(|key| (key.clone(), json!("migrate")))
        .collect();
    stage.aws(
        "new",
        "lambda:TagResource",
        json!({"Resource": arn, "Tags": tags}),
    );
    stage.changes_nothing(0, &format!("plan {BOTH} --detailed-exitcode"));
    stage.setup();
    assert_eq!(environment(&stage), deployed);
}

/// A value in the function's environment that no option has is drift, and isn't remembered.
#[test]
fn an_invalid_value_is_drift() {
    let stage = stage();
    stage.setup();
    let deployed = environment(&stage);
    for (variable, value) in [
        ("FORGOT_PASSWORD", "always"),
        ("TEMPORARY_PASSWORDS", "keep"),
        ("ATTRIBUTES", "=,="),
    ] {
        stage.edit_environment(|variables| variables[variable] = value.into());
        stage.changes_nothing(1, &format!("verify {BOTH}"));
        stage.setup();
        assert_eq!(environment(&stage), deployed, "{variable}");
    }
}

/// Attributes that no pool has are drift. What is still valid next to an invalid entry is lost only
/// if it's allowed.
#[test]
fn an_environment_that_someone_edited_is_drift_and_hides_no_loss() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} --old-sub custom:old_sub"));
    let deployed = environment(&stage);
    for more in [",ghost=custom:nope", ",custom:ghost", ",="] {
        stage.edit_environment(|variables| {
            let attributes = variables["ATTRIBUTES"].as_str().unwrap();
            variables["ATTRIBUTES"] = format!("{attributes}{more}").into();
            variables["DROPPED_ATTRIBUTES"] = "ghost".into();
        });
        let run = stage.changes_nothing(1, &format!("verify {BOTH}"));
        assert!(run.printed("Drift: 1 resource"), "{run}");
        stage.changes_nothing(0, &format!("status {BOTH}"));
        let run = stage.changes_nothing(1, &format!("setup {BOTH} --old-sub none"));
        run.assert_stderr(&["--allow old-sub-no-longer-migrated"]);
        stage.setup();
        assert_eq!(environment(&stage), deployed, "{more}");
    }
}

/// Reports don't deploy code, so they work with a build that has no package for the function.
#[test]
fn reports_work_for_a_function_of_another_architecture() {
    let stage = Stage::new();
    stage.setup();
    let other = if HOST == "arm64" { "x86_64" } else { "arm64" };
    let code =
        json!({"FunctionName": LAMBDA, "ZipFile": {"$bytes": EMPTY_ZIP}, "Architectures": [other]});
    stage.aws("new", "lambda:UpdateFunctionCode", code);
    let build_default = [("COGMIG_ARCHITECTURE", "")];
    stage.with(0, &format!("status {BOTH}"), &build_default);
    stage.with(0, &format!("user ada {BOTH}"), &build_default);
}

#[test]
fn the_log_retention_is_kept_until_it_is_changed() {
    let stage = Stage::new();
    stage.ok(&format!("setup {BOTH} --log-retention 7"));
    let retention = || {
        let groups = json!({"logGroupNamePrefix": LOG_GROUP});
        let groups = stage.aws("new", "logs:DescribeLogGroups", groups);
        groups["logGroups"][0]["retentionInDays"].clone()
    };
    stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert_eq!(retention(), 7);
    stage.ok(&format!("setup {BOTH} --log-retention 14"));
    assert_eq!(retention(), 14);
}

#[test]
fn a_custom_deployment_package_is_kept() {
    let stage = Stage::new();
    stage.small_package();
    stage.ok(&format!("setup {BOTH} --lambda-zip small.zip"));
    let code = || {
        let name = json!({"FunctionName": LAMBDA});
        stage.aws("new", "lambda:GetFunctionConfiguration", name)["CodeSha256"].clone()
    };
    let custom = code();
    let run = stage.changes_nothing(0, &format!("setup {BOTH}"));
    let option = format!(
        "option lambda-zip = sha256:{} (existing deployment)",
        custom.as_str().unwrap()
    );
    assert!(run.printed(&option), "{run}");
    assert!(
        run.printed("warning (security): the function runs a deployment package"),
        "{run}"
    );
    // Only the deployment has such a value.
    stage.changes_nothing(1, &format!("plan {BOTH} --lambda-zip sha256:junk"));
    // Without the file, a package that someone replaced can't be deployed again.
    stage.replace_function_code();
    stage.changes_nothing(1, &format!("verify {BOTH}"));
    let run = stage.changes_nothing(1, &format!("setup {BOTH}"));
    run.assert_stderr(&["--lambda-zip FILE", "--lambda-zip none"]);
    stage.ok(&format!("setup {BOTH} --lambda-zip small.zip"));
    assert_eq!(code(), custom);
    stage.ok(&format!("setup {BOTH} --lambda-zip none"));
    assert_ne!(code(), custom);
    stage.sign_in("ada", PASSWORD).unwrap();
}

#[test]
fn a_dedicated_app_client_is_kept_until_another_is_named_or_it_is_turned_off() {
    let stage = Stage::new();
    stage.ok(&format!("setup {BOTH} --dedicated-old-client"));
    let run = stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert!(
        run.printed("option dedicated-old-client = true (existing deployment)"),
        "{run}"
    );
    stage.file("cogmig.toml", "dedicated-old-client = false\n");
    stage.setup();
    let clients = stage.in_pool(&stage.old, "ListUserPoolClients", json!({}));
    assert_eq!(clients["UserPoolClients"].as_array().unwrap().len(), 1);
    assert_eq!(
        environment(&stage)["OLD_CLIENT_ID"],
        stage.old.client.as_str()
    );
    stage.sign_in("ada", PASSWORD).unwrap();
}

/// The options are in the function's environment. If the function is deleted, setup says so.
#[test]
fn options_that_are_lost_with_the_function_are_reported() {
    let stage = stage();
    stage.ok(&format!("setup {BOTH} --forgot-password refuse"));
    stage.aws(
        "new",
        "lambda:DeleteFunction",
        json!({"FunctionName": LAMBDA}),
    );
    let lost = "Options that it had are lost";
    for command in ["plan", "setup", "setup --yes"] {
        let run = stage.changes_nothing(1, &format!("{command} {BOTH}"));
        assert!(run.printed(lost), "{run}");
        run.assert_stderr(&["--allow options-lost"]);
    }
    for report in ["verify", "status"] {
        assert!(stage.cogmig(&format!("{report} {BOTH}")).printed(lost));
    }
    // The options of this run are the answer. The others are still reported.
    let run = stage.changes_nothing(0, &format!("plan {BOTH} --forgot-password refuse"));
    assert!(run.printed(lost), "{run}");
    // A setup that was interrupted before it created the function continues.
    stage.set_trigger(None);
    let run = stage.changes_nothing(0, &format!("plan {BOTH}"));
    assert!(run.printed(lost), "{run}");
    stage.setup();
}
