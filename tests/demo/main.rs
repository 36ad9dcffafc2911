//! `cargo demo`: a migration between two AWS accounts on this machine, from two
//! profiles to a migrated sign-in and back. `cargo demo up`: the two accounts, for as
//! long as you like. `cargo demo pictures`: what is seen, for the README. Among the tests it is the story that the README tells.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is to be read"
)]

mod pictures;
mod scene;
mod stage;
mod story;

use std::process::ExitCode;

use anyhow::Result;
use cogmig_sandbox::{Sandbox, architecture};
use scene::{PASSWORD, Scene};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => story::tell(),
        ["up"] => up(),
        ["pictures"] => pictures::take(),
        // A filter that was meant for the tests.
        _ => Ok(()),
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
    println!(
        "Two AWS accounts, until Ctrl-C:\n\n  \
         profile  old           new\n  \
         account  111111111111  222222222222\n  \
         Region   eu-west-1     eu-central-1\n  \
         users    ann, bob      none\n\n\
         The password of ann is {PASSWORD}. In another shell:\n\n  \
         export AWS_CONFIG_FILE={config} AWS_EC2_METADATA_DISABLED=true\n  \
         export COGMIG_ARCHITECTURE={architecture}\n  \
         {cogmig} setup --old-profile old --new-profile new\n  \
         aws --profile new cognito-idp initiate-auth --client-id {client} \\\n    \
         --auth-flow USER_PASSWORD_AUTH \\\n    \
         --auth-parameters USERNAME=ann,PASSWORD={PASSWORD}\n",
        config = sandbox.home().join(".aws/config").display(),
        architecture = architecture(),
        cogmig = env!("CARGO_BIN_EXE_cogmig"),
        client = scene.new.client,
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(tokio::signal::ctrl_c())?)
}
