//! The result on standard output, all else on standard error.

use serde_json::{Value, json};

use crate::stage::{BOTH, Stage};

#[test]
fn help_and_version_are_results() {
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
fn quiet_leaves_the_result_alone() {
    let stage = Stage::new();
    for arguments in ["setup", "setup", "plan", "status", "teardown", "teardown"] {
        let run = stage.ok(&format!("{arguments} {BOTH} --quiet"));
        assert_eq!(run.stderr, "", "{arguments}\n{run}");
        assert!(!run.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn json_is_one_document_whatever_happens() {
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
        failed["error"]["message"]
            .as_str()
            .unwrap()
            .contains("none-such")
    );
    stage.limited("new", "deployer", "lambda:CreateFunction");
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
