//! `cogmig-sandbox up`: two AWS accounts for as long as you like. `cogmig-sandbox demo`:
//! a migration between them, from two profiles to a migrated sign-in and back.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program to be read"
)]

mod demo;
mod scene;
mod stage;

use std::process::ExitCode;

use anyhow::{Context, Result};
use cogmig_sandbox::Sandbox;
use scene::{PASSWORD, Scene};

const USAGE: &str = "\
AWS on a machine without AWS: two accounts, for trying cogmig.

Usage: cogmig-sandbox <COMMAND>

Commands:
  up    start the two accounts, and keep them until Ctrl-C
  demo  build cogmig, and show a migration from beginning to end";

/// As `sysexits.h` has it, and cogmig.
const WRONG_USAGE: u8 = 64;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["up"] => up(),
        ["demo"] => demo::run(),
        ["-h" | "--help" | "help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{} {failure:#}", stage::mark(false));
            ExitCode::FAILURE
        }
    }
}

fn up() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let scene = Scene::set(&sandbox)?;
    let config = sandbox.home().join(".aws/config");
    println!(
        "Two AWS accounts, until Ctrl-C:\n\n  \
         profile  old          new\n  \
         account  111111111111 222222222222\n  \
         Region   eu-west-1    eu-central-1\n  \
         users    ann, bob     none\n\n\
         The password of ann is {PASSWORD}. In another shell:\n\n  \
         export AWS_CONFIG_FILE={config} AWS_EC2_METADATA_DISABLED=true\n  \
         cogmig setup --old-profile old --new-profile new\n  \
         aws --profile new cognito-idp initiate-auth --client-id {client} \\\n    \
         --auth-flow USER_PASSWORD_AUTH \\\n    \
         --auth-parameters USERNAME=ann,PASSWORD={PASSWORD}\n",
        config = config.display(),
        client = scene.new.client,
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime
        .block_on(tokio::signal::ctrl_c())
        .context("cannot wait for Ctrl-C")
}
