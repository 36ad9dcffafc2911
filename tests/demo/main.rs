//! `cargo demo` migrates a user between two AWS accounts on this machine: plan, setup, sign-ins,
//! verify, and teardown. `cargo demo up` keeps the two accounts running until Ctrl-C. `cargo demo
//! pictures` recreates the pictures of the README. As a test, the demo checks the steps that the
//! README describes.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the demo prints its steps"
)]

mod migration;
mod pictures;
mod pools;
mod print;

use std::process::ExitCode;

use anyhow::Result;
use cogmig_sandbox::{Sandbox, architecture};
use pools::{PASSWORD, Pools};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => migration::run(),
        ["up"] => up(),
        ["pictures"] => pictures::create(),
        // A filter for other tests.
        _ => Ok(()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{} {failure:#}", print::mark(false));
            ExitCode::FAILURE
        }
    }
}

/// Runs both accounts until Ctrl-C.
fn up() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let pools = Pools::create(&sandbox)?;
    println!(
        "\nTwo emulated AWS accounts are running on this machine. Press Ctrl-C to stop them.\n\n\
         {table}\n\
         In another shell, select the accounts:\n\n  \
         export AWS_CONFIG_FILE={config} AWS_EC2_METADATA_DISABLED=true\n  \
         export COGMIG_ARCHITECTURE={architecture}\n\n\
         Set up the migration:\n\n  \
         {cogmig} setup --old-profile old --new-profile new\n\n\
         Sign in to the new user pool as ann:\n\n  \
         {sign_in}\n",
        table = pools.table(),
        config = sandbox.home().join(".aws/config").display(),
        architecture = architecture(),
        cogmig = env!("CARGO_BIN_EXE_cogmig"),
        sign_in = pools.sign_in_command("ann", PASSWORD),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(tokio::signal::ctrl_c())?)
}
