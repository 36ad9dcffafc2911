//! The steps of the demo. Each step prints its command and the output of the command. Another
//! client then checks the result in AWS. The demo stops at the first failed check.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use cogmig_sandbox::{NEW_ACCOUNT, Pool, Sandbox, architecture};
use serde_json::Value;

use crate::pools::{PASSWORD, Pools};
use crate::print::{command, heading, passed};

const PROFILES: [&str; 4] = ["--old-profile", "old", "--new-profile", "new"];
const WRONG_PASSWORD: &str = "Wrong-password-1";

/// Plans, deploys, uses and removes a migration.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    let demo = Demo {
        sandbox: Sandbox::start()?,
    };
    let pools = Pools::create(&demo.sandbox)?;
    println!("\nA migration between two emulated AWS accounts on this machine.\n");
    print!("{}", pools.table());
    demo.run(&pools)?;
    println!("\nDemo complete in {:.1} s.", start.elapsed().as_secs_f64());
    Ok(())
}

struct Demo {
    sandbox: Sandbox,
}

impl Demo {
    fn run(&self, pools: &Pools) -> Result<()> {
        let before = self.sandbox.snapshot();

        // The emulator runs the function on this machine.
        let architecture = ["--architecture", architecture()];

        heading("1. Preview the changes");
        self.cogmig("plan", &architecture)?;
        ensure!(self.writes() == 0, "cogmig plan made write calls");
        ensure!(
            self.sandbox.snapshot() == before,
            "cogmig plan changed a resource"
        );
        passed("No write call was made.");

        heading("2. Set up the migration");
        self.cogmig("setup", &["--yes", architecture[0], architecture[1]])?;

        heading("3. Ann signs in to the new user pool with her existing password");
        command(&pools.sign_in_command("ann", PASSWORD));
        self.sandbox
            .sign_in(&pools.new.client, "ann", PASSWORD)
            .context("ann can't sign in to the new user pool")?;
        passed("Ann is signed in and migrated:\n");
        self.compare_user(pools, "ann")?;
        let sent = self.sandbox.messages();
        ensure!(sent.is_empty(), "Cognito would have sent {sent:?}");
        passed("Cognito sent no message and no code.");

        heading("4. Someone signs in as Bob with a wrong password");
        command(&pools.sign_in_command("bob", WRONG_PASSWORD));
        match self
            .sandbox
            .sign_in(&pools.new.client, "bob", WRONG_PASSWORD)
        {
            Ok(_) => bail!("a wrong password was accepted"),
            Err(fault) => passed(&format!("The sign-in was rejected: {}", fault.message)),
        }
        let bob = self.sandbox.find_user(&pools.new, "bob")?;
        ensure!(bob.is_none(), "a wrong password created a user");
        passed("No user was created.");

        heading("5. Run setup again");
        self.sandbox.clear_journal();
        self.cogmig("setup", &["--yes", architecture[0], architecture[1]])?;
        ensure!(self.writes() == 0, "the second setup made write calls");
        passed("No write call was made.");

        heading("6. Verify the deployment and its connectivity");
        self.cogmig("verify", &architecture)?;
        ensure!(self.writes() == 0, "cogmig verify made write calls");
        passed("No write call was made.");

        heading("7. Remove the deployment");
        self.cogmig("teardown", &["--yes"])?;
        let mut after = self.sandbox.snapshot();
        remove_user(&mut after, "ann");
        let differences = differences(&before, &after);
        ensure!(
            differences.is_empty(),
            "teardown didn't restore:\n{}",
            differences.join("\n")
        );
        passed("Both accounts are restored. Ann remains in the new user pool.");
        Ok(())
    }

    /// Prints and runs a command. Its output is shown as it is printed.
    fn cogmig(&self, verb: &str, options: &[&str]) -> Result<()> {
        let arguments = [&[verb], &PROFILES[..], options].concat();
        command(&format!("cogmig {}", arguments.join(" ")));
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
            .context("can't run cogmig")?;
        println!();
        ensure!(status.success(), "cogmig {verb}: {status}");
        Ok(())
    }

    /// The number of write calls since the journal was cleared.
    fn writes(&self) -> usize {
        let journal = self.sandbox.journal();
        journal.iter().filter(|call| call.writes).count()
    }

    /// Prints the attributes of a user in both pools. All attributes except `sub` must be equal.
    fn compare_user(&self, pools: &Pools, username: &str) -> Result<()> {
        let old = self.attributes(&pools.old, username)?;
        let new = self.attributes(&pools.new, username)?;
        println!("  {:18} {:28} new user pool", "attribute", "old user pool");
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let value =
                |user: &BTreeMap<String, String>| user.get(name).cloned().unwrap_or_default();
            println!("  {name:18} {:28} {}", value(&old), value(&new));
        }
        println!();
        ensure!(old == new, "the attributes differ");
        passed("All attributes except sub were migrated.");
        Ok(())
    }

    fn attributes(&self, pool: &Pool, username: &str) -> Result<BTreeMap<String, String>> {
        let user = self.sandbox.find_user(pool, username)?;
        let user = user.with_context(|| format!("{username} isn't in {}", pool.id))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let listed = user["UserAttributes"].as_array().into_iter().flatten();
        let mut attributes: BTreeMap<String, String> = listed
            .map(|attribute| (text(&attribute["Name"]), text(&attribute["Value"])))
            .collect();
        // Each pool generates its own `sub`. The trigger can't return it.
        attributes.remove("sub");
        attributes.insert("user status".to_owned(), text(&user["UserStatus"]));
        Ok(attributes)
    }
}

/// Removes a migrated user from a snapshot.
fn remove_user(snapshot: &mut Value, username: &str) {
    let pools = snapshot[NEW_ACCOUNT]["pools"].as_array_mut();
    for pool in pools.into_iter().flatten() {
        if let Some(users) = pool["users"].as_array_mut() {
            users.retain(|user| user["Username"] != username);
        }
    }
}

/// The differences between two snapshots, one line per difference.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(first), Value::Object(second)) => {
            let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
            for name in names {
                let path = format!("{path}/{name}");
                compare(&path, &before[name], &after[name], found);
            }
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            for (index, (first, second)) in first.iter().zip(second).enumerate() {
                compare(&format!("{path}/{index}"), first, second, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("  {path}: {before} → {after}")),
    }
}
