//! The demo: each command as it is typed, with its own output, and after each what
//! another client sees in AWS. It stops at the first thing that is not as said.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use cogmig_sandbox::{NEW_ACCOUNT, Pool, Sandbox, architecture};
use serde_json::Value;

use crate::scene::{PASSWORD, Scene};
use crate::stage::{heading, holds, typed};

const PROFILES: [&str; 4] = ["--old-profile", "old", "--new-profile", "new"];

/// From two profiles to a migrated sign-in, and back.
pub(crate) fn tell() -> Result<()> {
    let begun = Instant::now();
    let demo = Demo {
        sandbox: Sandbox::start()?,
    };
    let scene = Scene::set(&demo.sandbox)?;
    println!(
        "\nTwo AWS accounts on this machine, each with a user pool:\n\n  \
         old  111111111111  eu-west-1     {:24}  users: ann, bob\n  \
         new  222222222222  eu-central-1  {:24}  users: none",
        scene.old.id, scene.new.id,
    );
    demo.show(&scene)?;
    println!("\nAll of it in {:.1} s.", begun.elapsed().as_secs_f64());
    Ok(())
}

struct Demo {
    sandbox: Sandbox,
}

impl Demo {
    fn show(&self, scene: &Scene) -> Result<()> {
        let before = self.sandbox.snapshot();

        // The emulator runs the Lambda on this machine.
        let machine = ["--architecture", architecture()];

        heading("1  What would be done?");
        self.cogmig("plan", &machine)?;
        ensure!(self.writes() == 0, "cogmig plan made writing calls");
        ensure!(
            self.sandbox.snapshot() == before,
            "cogmig plan changed something"
        );
        holds("not one writing call");

        heading("2  Set up the migration");
        self.cogmig("setup", &["--yes", machine[0], machine[1]])?;

        heading("3  Ann signs in to the new pool with her old password");
        self.sandbox
            .sign_in(&scene.new.client, "ann", PASSWORD)
            .context("ann cannot sign in to the new pool")?;
        holds("signed in, and she is a user of the new pool now:\n");
        self.show_user(scene, "ann")?;
        let sent = self.sandbox.messages();
        ensure!(sent.is_empty(), "Cognito would have sent {sent:?}");
        holds("no message and no code was sent");

        heading("4  Somebody tries Bob's name with a wrong password");
        match self
            .sandbox
            .sign_in(&scene.new.client, "bob", "Wrong-password-1")
        {
            Ok(_) => bail!("a wrong password was let in"),
            Err(fault) => holds(&format!("refused: {}", fault.message)),
        }
        let bob = self.sandbox.find_user(&scene.new, "bob")?;
        ensure!(bob.is_none(), "a wrong password made a user");
        holds("no user was made");

        heading("5  Set up once more");
        self.sandbox.clear_journal();
        self.cogmig("setup", &["--yes", machine[0], machine[1]])?;
        ensure!(self.writes() == 0, "the second setup made writing calls");
        holds("not one writing call");

        heading("6  Is the way of a sign-in open?");
        self.cogmig("verify", &machine)?;
        ensure!(self.writes() == 0, "cogmig verify made writing calls");
        holds("not one writing call");

        heading("7  Take it all down");
        self.cogmig("teardown", &["--yes"])?;
        let mut after = self.sandbox.snapshot();
        forget_user(&mut after, "ann");
        let differences = differences(&before, &after);
        ensure!(
            differences.is_empty(),
            "left behind:\n{}",
            differences.join("\n")
        );
        holds("both accounts are as they were, and Ann stays in the new pool");
        Ok(())
    }

    /// Runs it as a user would: shown as typed, its output as it comes.
    fn cogmig(&self, verb: &str, options: &[&str]) -> Result<()> {
        let arguments = [&[verb], &PROFILES[..], options].concat();
        typed(&format!("cogmig {}", arguments.join(" ")));
        println!();
        std::io::stdout().flush()?;
        let status = self
            .sandbox
            .command(env!("CARGO_BIN_EXE_cogmig"))
            .args(&arguments)
            .envs(
                ["TERM", "NO_COLOR", "COLUMNS"]
                    .into_iter()
                    .filter_map(|name| Some((name, env::var_os(name)?))),
            )
            .current_dir(self.sandbox.home())
            .stdin(Stdio::null())
            .status()
            .context("cogmig could not be run")?;
        println!();
        ensure!(status.success(), "cogmig {verb}: {status}");
        Ok(())
    }

    /// The writing calls since the journal was last cleared.
    fn writes(&self) -> usize {
        let journal = self.sandbox.journal();
        journal.iter().filter(|call| call.writes).count()
    }

    /// The user in both pools, side by side; all but `sub` must be equal.
    fn show_user(&self, scene: &Scene, username: &str) -> Result<()> {
        let old = self.attributes(&scene.old, username)?;
        let new = self.attributes(&scene.new, username)?;
        println!("  {:18} {:28} new pool", "", "old pool");
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let value =
                |user: &BTreeMap<String, String>| user.get(name).cloned().unwrap_or_default();
            println!("  {name:18} {:28} {}", value(&old), value(&new));
        }
        println!();
        ensure!(old == new, "the attributes differ");
        holds("the same attributes");
        Ok(())
    }

    fn attributes(&self, pool: &Pool, username: &str) -> Result<BTreeMap<String, String>> {
        let user = self.sandbox.find_user(pool, username)?;
        let user = user.with_context(|| format!("{username} is not in {}", pool.id))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let listed = user["UserAttributes"].as_array().into_iter().flatten();
        let mut attributes: BTreeMap<String, String> = listed
            .map(|attribute| (text(&attribute["Name"]), text(&attribute["Value"])))
            .collect();
        // Each pool gives its own, and the trigger may not return it.
        attributes.remove("sub");
        attributes.insert("(status)".to_owned(), text(&user["UserStatus"]));
        Ok(attributes)
    }
}

/// Takes the one user who may be new out of a snapshot.
fn forget_user(snapshot: &mut Value, username: &str) {
    let pools = snapshot[NEW_ACCOUNT]["pools"].as_array_mut();
    for pool in pools.into_iter().flatten() {
        if let Some(users) = pool["users"].as_array_mut() {
            users.retain(|user| user["Username"] != username);
        }
    }
}

/// Where two snapshots differ: a line for each place.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(place: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(first), Value::Object(second)) => {
            let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
            for name in names {
                let place = format!("{place}/{name}");
                compare(&place, &before[name], &after[name], found);
            }
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            for (index, (first, second)) in first.iter().zip(second).enumerate() {
                compare(&format!("{place}/{index}"), first, second, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("  {place}: {before} → {after}")),
    }
}
