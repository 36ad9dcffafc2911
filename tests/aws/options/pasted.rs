//! Pasted IDs: with surrounding whitespace, as an ARN, or as a name.

use serde_json::{Value, json};

use crate::support::stage::{BOTH, PASSWORD, Stage};

/// The pools and app clients that a plan selected.
fn selected(document: &Value) -> Vec<String> {
    let selected = document["selected"].as_array().unwrap().iter();
    selected
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

fn arn(stage: &Stage, side: &str) -> String {
    match side {
        "old" => format!(
            "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/{}",
            stage.old.id
        ),
        _ => format!(
            "arn:aws:cognito-idp:eu-central-1:222222222222:userpool/{}",
            stage.new.id
        ),
    }
}

#[test]
fn whitespace_around_a_value_is_ignored() {
    let stage = Stage::new();
    stage.sandbox.pool("old", "Another").unwrap();
    stage
        .sandbox
        .client(&stage.old, "another", json!({}))
        .unwrap();
    let values = [
        ("OLD_PROFILE", "old"),
        ("NEW_PROFILE", "new"),
        ("OLD_REGION", "eu-west-1"),
        ("NEW_REGION", "eu-central-1"),
        ("OLD_POOL", &stage.old.id),
        ("NEW_POOL", &stage.new.id),
        ("OLD_CLIENT", &stage.old.client),
        ("NEW_CLIENT", &stage.new.client),
    ];
    let expected = [
        &stage.old.id,
        &stage.new.id,
        &stage.old.client,
        &stage.new.client,
    ];
    for (before, after) in [
        (" ", " "),
        ("\t", "\r\n"),
        ("\u{a0}", "\n\n"),
        ("\u{feff}", "\n"),
    ] {
        let pasted = values.map(|(name, value)| (name, format!("{before}{value}{after}")));
        let variables: Vec<_> = pasted
            .iter()
            .map(|(name, value)| (format!("COGMIG_{name}"), value.clone()))
            .collect();
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let run = stage.with(0, "plan --output json", &variables);
        assert_eq!(selected(&run.json()), expected.map(String::clone));

        let flags: Vec<_> = pasted
            .iter()
            .map(|(name, value)| format!("--{}={value}", name.to_lowercase().replace('_', "-")))
            .collect();
        let mut command = stage.command();
        command.args(["plan", "--output", "json"]).args(flags);
        let run = crate::support::run::Run::of(&mut command);
        run.assert_ended(0, "plan");
        assert_eq!(selected(&run.json()), expected.map(String::clone));

        let lines = pasted.iter().map(|(name, value)| {
            let name = name.to_lowercase().replace('_', "-");
            format!("{name} = {}\n", json!(value))
        });
        stage.file("cogmig.toml", &lines.collect::<String>());
        let run = stage.with(0, "plan --output json", &[]);
        assert_eq!(selected(&run.json()), expected.map(String::clone));
        stage.file("cogmig.toml", "");
    }
}

#[test]
fn an_arn_is_accepted_as_an_id_and_checked_against_the_account() {
    let stage = Stage::new();
    stage.sandbox.pool("old", "Another").unwrap();
    stage.sandbox.pool("new", "Another").unwrap();
    let (old, new) = (arn(&stage, "old"), arn(&stage, "new"));
    let client = format!("{old}/client/{}", stage.old.client);
    let ids = format!("{BOTH} --old-pool {old} --new-pool {new} --old-client {client}");
    stage.ok(&format!("setup {ids}"));
    stage.sign_in("ada", PASSWORD).unwrap();
    stage.changes_nothing(0, &format!("status {ids}"));
    for (option, value, words) in [
        (
            "old-pool",
            old.replace("111111111111", "333333333333"),
            ["333333333333", "111111111111"],
        ),
        (
            "old-pool",
            old.replace(":eu-west-1:", ":eu-north-1:"),
            ["eu-north-1", "eu-west-1"],
        ),
        (
            "new-pool",
            new.replace("arn:aws:", "arn:aws-cn:"),
            ["aws-cn", "aws"],
        ),
        ("new-pool", old.clone(), ["111111111111", "222222222222"]),
        (
            "old-client",
            client.replace(&stage.old.id, "eu-west-1_AbCdEfGhI"),
            ["eu-west-1_AbCdEfGhI", stage.old.id.as_str()],
        ),
    ] {
        for verb in ["teardown", "plan", "status"] {
            let run = stage.changes_nothing(1, &format!("{verb} {BOTH} --{option} {value}"));
            run.assert_stderr(&words);
        }
    }
    for wrong in [
        "arn:aws:s3:::bucket",
        "arn:aws:cognito-idp:eu-west-1:111111111111:identitypool/x",
    ] {
        let run = stage.changes_nothing(64, &format!("plan {BOTH} --old-pool {wrong}"));
        run.assert_stderr(&[wrong, "user pool"]);
    }
    stage.ok(&format!("teardown {ids}"));
}

#[test]
fn a_unique_name_is_accepted_as_an_id() {
    let stage = Stage::new();
    let shop = stage.sandbox.pool("old", "My shop_1").unwrap();
    let mut command = stage.command();
    command.args(["plan", "--output", "json", "--old-pool", "My shop_1"]);
    command
        .args(BOTH.split(' '))
        .args(["--old-client", "web", "--new-client", "web"]);
    let run = crate::support::run::Run::of(&mut command);
    run.assert_ended(0, "plan");
    assert_eq!(
        selected(&run.json()),
        [&shop.id, &stage.new.id, &shop.client, &stage.new.client].map(String::clone)
    );
    stage.ok(&format!("setup {BOTH} --old-pool Customers"));
    stage.ok(&format!(
        "status {BOTH} --old-pool Customers --new-pool Customers"
    ));
    let run = stage.changes_nothing(1, &format!("teardown {BOTH} --new-pool {}", "Absent"));
    run.assert_stderr(&["Absent", &stage.new.id]);
    let run = stage.with(
        1,
        &format!("teardown {BOTH}"),
        &[("COGMIG_OLD_POOL", "My shop_1")],
    );
    run.assert_stderr(&["My shop_1", &stage.old.id]);
    // A name that two pools share is ambiguous.
    let duplicate = stage.sandbox.pool("old", "Customers").unwrap();
    for verb in ["plan", "teardown"] {
        let run = stage.changes_nothing(1, &format!("{verb} {BOTH} --old-pool Customers"));
        run.assert_stderr(&["Customers", &stage.old.id, &duplicate.id]);
    }
    stage.ok(&format!("teardown {BOTH} --new-pool Customers"));
}

#[test]
fn an_invalid_region_is_reported_unchanged() {
    let stage = Stage::new();
    for region in ["eu-west-1a", "Ireland", "eu_west_1", "eu-west-1/x"] {
        let run = stage.changes_nothing(64, &format!("plan {BOTH} --old-region {region}"));
        run.assert_stderr(&[region, "--old-region"]);
    }
}
