//! The result goes to standard output, everything else to standard error.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::run::Run;
use crate::support::stage::{BOTH, Stage};

#[test]
fn help_and_version_go_to_standard_output() {
    let stage = Stage::new();
    for arguments in [
        "--help",
        "setup --help",
        "plan --help",
        "teardown --help",
        "--version",
    ] {
        let run = stage.ok(arguments);
        assert!(
            !run.stdout.is_empty() && run.stderr.is_empty(),
            "{arguments}\n{run}"
        );
    }
    let help = stage.ok("setup --help").stdout;
    for option in [
        "--old-profile",
        "--new-client",
        "--suffix",
        "--dry-run",
        "COGMIG_NEW_POOL",
    ] {
        assert!(help.contains(option), "{option}\n{help}");
    }
}

#[test]
fn quiet_prints_only_the_result() {
    let stage = Stage::new();
    for arguments in ["setup", "setup", "plan", "status", "teardown", "teardown"] {
        let run = stage.ok(&format!("{arguments} {BOTH} --quiet"));
        assert_eq!(run.stderr, "", "{arguments}\n{run}");
        assert!(!run.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn no_color_takes_precedence_over_clicolor_force() {
    let stage = Stage::new();
    let is_colored = |variables: &[(&str, &str)]| {
        let mut command = stage.command();
        let command = command.envs(variables.iter().copied());
        let run = Run::of(command.args(format!("plan {BOTH}").split(' ')));
        run.assert_ended(0, "plan");
        run.stdout.contains('\u{1b}')
    };
    let (force, disable) = (("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1"));
    assert!(!is_colored(&[]));
    assert!(is_colored(&[force]));
    assert!(!is_colored(&[force, disable]));
    // According to no-color.org, an empty value has no effect.
    assert!(is_colored(&[force, ("NO_COLOR", "")]));
}

#[test]
fn json_requested_in_an_invalid_file_is_printed() {
    let stage = Stage::new();
    for (name, flags) in [("cogmig.toml", ""), ("other.toml", "--config other.toml")] {
        stage.file(name, "output = 'json'\nno-such-option = 1\n");
        for arguments in ["plan --no-such-option", "plan"] {
            let arguments = format!("{arguments} {flags}");
            let document = stage.ends(64, arguments.trim_end()).json();
            assert_eq!(document["result"], "failed", "{arguments}");
        }
        // Flags take precedence over it.
        let arguments = format!("plan --output human {flags}");
        assert_eq!(stage.ends(64, arguments.trim_end()).stdout, "");
        fs::remove_file(stage.sandbox.home().join(name)).unwrap();
    }
}

/// The document's schema without additional properties.
fn schema() -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                members.values_mut().for_each(close);
                if members.contains_key("properties") && members.contains_key("type") {
                    members.insert("additionalProperties".into(), false.into());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let text = include_str!("../../../output.schema.json");
    let mut schema = serde_json::from_str(text).unwrap();
    close(&mut schema);
    schema
}

/// Validates documents against a schema with another program. Returns its errors.
fn invalid(schema: &Value, documents: &[Value]) -> String {
    const SCRIPT: &str = "import fastjsonschema, json, sys\n\
        schema, documents = json.load(sys.stdin)\n\
        valid = fastjsonschema.compile(schema)\n\
        for document in documents: valid(document)\n";
    let mut python = Command::new(cogmig_sandbox::tool("python").unwrap())
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    let text = json!([schema, documents]).to_string();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn json_matches_its_schema() {
    let stage = Stage::new();
    let document = |arguments: String| stage.cogmig(&format!("{arguments} --output json")).json();
    let documents = [
        document(format!("plan {BOTH}")),
        document(format!("setup {BOTH}")),
        document(format!("verify {BOTH}")),
        document(format!("status {BOTH}")),
        document(format!("setup {BOTH} --old-client none-such")),
        document("setup --old-profile absent --new-profile new".into()),
        document("setup --no-such-option".into()),
        document(format!("teardown {BOTH}")),
        document(format!("setup {BOTH} --suffix two")),
        document(format!("teardown {BOTH}")),
        document(format!("verify {BOTH}")),
        document(format!("status {BOTH}")),
        document("policy old --read-only".into()),
        document("--version".into()),
    ];
    let documents_of = |command: &str| {
        let documents = documents.iter();
        documents.filter(|one| one["command"] == command).count()
    };
    assert_eq!(documents_of("policy"), 1);
    assert_eq!(documents[12]["policy"]["Version"], "2012-10-17");
    assert!(documents[13]["version"].as_str().unwrap().starts_with("0."));
    assert_eq!(documents[9]["deployments"][0]["name"], "two");
    let schema = schema();
    assert_eq!(invalid(&schema, &documents), "");
    let mut extended = documents[0].clone();
    extended["accounts"][0]["more"] = "than the schema names".into();
    assert!(invalid(&schema, &[extended]).contains("must not contain"));
}

#[test]
fn json_is_always_one_document() {
    let stage = Stage::new();
    let document = |code: i32, arguments: &str| {
        let document = stage
            .ends(code, &format!("{arguments} --output json"))
            .json();
        assert_eq!(document["schema_version"], 1, "{arguments}");
        assert_eq!(document["command"], arguments.split(' ').next().unwrap());
        document
    };
    let plan = document(0, &format!("plan {BOTH}"));
    assert_eq!(
        (&plan["result"], &plan["error"]),
        (&json!("planned"), &Value::Null)
    );
    let setup = document(0, &format!("setup {BOTH}"));
    assert_eq!(setup["result"], "done");
    let names = |document: &Value| {
        let changes = document["changes"].as_array().unwrap().clone();
        changes
            .into_iter()
            .map(|change| change["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&plan), names(&setup));
    assert_eq!(
        names(&document(0, &format!("setup {BOTH}"))),
        Vec::<Value>::new()
    );
    document(0, &format!("teardown {BOTH}"));
    document(0, &format!("teardown {BOTH}"));

    let failed = document(1, &format!("setup {BOTH} --old-client none-such"));
    assert_eq!(failed["result"], "failed");
    assert!(
        failed["error"]["summary"]
            .as_str()
            .unwrap()
            .contains("none-such")
    );
    stage.user_without("new", "deployer", "lambda:CreateFunction");
    let failed = document(1, "setup --old-profile old --new-profile deployer");
    assert_eq!(failed["error"]["call"], "lambda:CreateFunction");
    assert!(
        failed["error"]["code"]
            .as_str()
            .unwrap()
            .starts_with("AccessDenied")
    );
    let wrong = document(64, "setup --old-profile absent --new-profile new");
    assert_eq!(wrong["error"]["usage"], true);
}

/// AWS allows line breaks in names. A name from other sources can have other control characters.
#[test]
fn control_characters_in_a_name_are_escaped() {
    let stage = Stage::new();
    let name = "app\n::set-output name=x::y\u{1b}[2J\u{202e}";
    let params = json!({
        "UserPoolId": stage.new.id, "ClientId": stage.new.client, "ClientName": name,
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
    });
    stage.aws("new", "cognito-idp:UpdateUserPoolClient", params);
    for (code, arguments) in [
        (0, format!("plan {BOTH}")),
        (1, format!("plan {BOTH} --new-client none-such")),
    ] {
        let run = stage.ends(code, &arguments);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains("\n::"), "{run}");
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{run}");
        }
        assert!(run.printed("::set-output"), "{run}");
    }
}

/// The plan names the accounts, pools and app clients, so that it can be reviewed later.
#[test]
fn a_plan_in_a_file_names_accounts_and_pools() {
    let stage = Stage::new();
    let assert_complete = |run: &Run| {
        for words in [
            "111111111111",
            "222222222222",
            "eu-west-1",
            &stage.old.id,
            &stage.new.id,
            &stage.old.client,
            &stage.new.client,
        ] {
            assert!(run.stdout.contains(words), "{words}\n{run}");
        }
        assert!(!run.stderr.contains(&stage.old.id), "{run}");
    };
    assert_complete(&stage.ok(&format!("plan {BOTH}")));
    assert_complete(&stage.ok(&format!("plan {BOTH} --quiet")));
    assert_complete(&stage.ok(&format!("setup {BOTH} --dry-run")));
    stage.setup();
    // Also without changes.
    assert_complete(&stage.ok(&format!("plan {BOTH}")));
    assert_complete(&stage.ok(&format!("status {BOTH}")));
    assert_complete(&stage.ok(&format!("teardown {BOTH} --dry-run")));
}

#[test]
fn json_lists_the_options_in_effect_and_where_they_were_set() {
    let stage = Stage::new();
    stage.file(
        "cogmig.toml",
        "log-retention = 90\ndedicated-old-client = true\nkeep-logs = true\n",
    );
    let client = &stage.old.client;
    let arguments = format!("plan {BOTH} --old-client {client} --output json");
    let variables = [("COGMIG_DROP_ATTRIBUTE", " nickname,website\n")];
    let run = stage.with(0, &arguments, &variables);
    let option = |name: &str, value: &str, set_by: &str| json!({"name": name, "value": value, "set_by": set_by});
    let mut options = run.json()["options"].take();
    // The sandbox sets the architecture of the machine.
    let list = options.as_array_mut().unwrap();
    list.retain(|one| one["name"] != "architecture");
    assert_eq!(
        options,
        json!([
            option(
                "drop-attribute",
                "nickname,website",
                "COGMIG_DROP_ATTRIBUTE"
            ),
            option("log-retention", "90", "cogmig.toml, line 1: log-retention"),
            option("new-profile", "new", "--new-profile"),
            option("old-client", client, "--old-client"),
            option("old-profile", "old", "--old-profile"),
            option("output", "json", "--output"),
        ])
    );
}
