//! The complete output: the help, and runs in a pipeline. `INSTA_UPDATE=always` accepts changes.

use insta::assert_snapshot;

use crate::support::run::Run;
use crate::support::stage::{BOTH, HOST, Stage};

/// The output of a run. Values that differ in each run have placeholders of the same length.
fn printed(stage: &Stage, arguments: &str, run: &Run) -> String {
    let placeholder = |id: &str, name: &str| {
        let (region, _) = id
            .split_once('_')
            .map_or(("", id), |(region, _)| (region, ""));
        let underscore = if region.is_empty() { "" } else { "_" };
        let rest = id.len() - region.len() - underscore.len();
        format!("{region}{underscore}{name:x<rest$}")
    };
    let normalized = |text: &str| {
        let mut text = text.to_owned();
        for (id, name) in [
            (&stage.old.id, "oldpool"),
            (&stage.old.client, "oldclient"),
            (&stage.new.id, "newpool"),
            (&stage.new.client, "newclient"),
        ] {
            text = text.replace(id, &placeholder(id, name));
        }
        undated(&unversioned(&text.replace(HOST, "host64")))
    };
    // Independent changes complete in any order and take any time.
    let (mut done, other): (Vec<_>, Vec<_>) = run
        .stderr
        .lines()
        .partition(|line| line.contains(" done in ") || line.starts_with("  waiting for "));
    done.retain(|line| line.contains(" done in "));
    let done = done
        .iter()
        .map(|line| line.split(" done in ").next().unwrap_or_default());
    let other = other.iter().map(|line| {
        if line.starts_with("  request ID:  ") {
            return "  request ID:  …".to_owned();
        }
        // A failed call takes any time too.
        match line.split_once("  failed in ") {
            Some((step, _)) => format!("{step}  failed in 0.0s"),
            None => (*line).to_owned(),
        }
    });
    let done = done.map(|line| normalized(&format!("{line} done in …")));
    let mut done: Vec<_> = done.collect();
    done.sort_unstable();
    let other: Vec<_> = other.chain(done).collect();
    format!(
        "$ cogmig {arguments}\n{}\n[exit {}]\n\n[standard error]\n{}\n",
        normalized(run.stdout.trim_end()),
        run.code,
        normalized(&other.join("\n"))
    )
}

/// The version contains the commit, and the time of the document contains seconds.
fn unversioned(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(": ") {
        Some((member @ ("  \"version\"" | "  \"time\""), _)) => format!("{member}: \"…\","),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Replaces each time, such as `2026-01-31 12:00`, with the same placeholder.
fn undated(text: &str) -> String {
    const TIME: &[u8; 16] = b"0000-00-00 00:00";
    let mut text = text.to_owned();
    let is_time = |found: &[u8]| {
        let fits = |(found, form): (&u8, &u8)| match form {
            b'0' => found.is_ascii_digit(),
            form => found == form,
        };
        found.iter().zip(TIME).all(fits)
    };
    while let Some(place) = text
        .as_bytes()
        .windows(TIME.len())
        .position(|found| is_time(found) && found != TIME)
    {
        text.replace_range(place..place + TIME.len(), "0000-00-00 00:00");
    }
    text.replace(", 1 minute ago", ", 0 minutes ago")
}

fn output(stage: &Stage, arguments: &str) -> String {
    printed(stage, arguments, &stage.cogmig(arguments))
}

#[test]
fn the_help_of_each_command() {
    let stage = Stage::new();
    for verb in [
        "",
        "setup ",
        "plan ",
        "verify ",
        "user ",
        "status ",
        "teardown ",
        "policy ",
    ] {
        let name = format!("help_{}", verb.trim());
        assert_snapshot!(name, stage.ok(&format!("{verb}--help")).stdout);
    }
}

#[test]
fn a_migration_from_plan_to_teardown() {
    let stage = Stage::new();
    for (name, verb) in [
        ("plan", "plan"),
        ("setup", "setup"),
        ("setup_again", "setup"),
        ("verify", "verify"),
        ("user", "user ada@example.com"),
        ("status", "status"),
        ("teardown", "teardown"),
        ("teardown_again", "teardown"),
        ("status_of_nothing", "status"),
    ] {
        assert_snapshot!(name, output(&stage, &format!("{verb} {BOTH}")));
    }
}

#[test]
fn the_policies_of_a_pipeline() {
    let stage = Stage::new();
    for side in ["old", "new"] {
        let policy = stage.ok(&format!("policy {side}"));
        assert_snapshot!(format!("policy_{side}"), policy.stdout);
    }
}

#[test]
fn a_setup_without_a_permission() {
    let stage = Stage::new();
    stage.user_without("new", "deployer", "lambda:AddPermission");
    let run = output(&stage, "setup --old-profile old --new-profile deployer");
    assert_snapshot!("setup_denied", run);
}

#[test]
fn usage_errors() {
    let stage = Stage::new();
    for (name, arguments) in [
        ("usage_unknown_option", "setup --old-profil old"),
        ("usage_no_profiles", "plan"),
        (
            "usage_unknown_profile",
            "plan --old-profile absent --new-profile new",
        ),
        ("usage_json", "setup --mfa-users maybe --output json"),
    ] {
        assert_snapshot!(name, output(&stage, arguments));
    }
}
