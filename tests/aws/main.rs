//! The real binary with two emulated accounts. Another client, boto3, checks the accounts
//! afterwards. One folder per subject.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod accounts;
mod checks;
mod lambda;
mod options;
mod output;
mod policies;
mod process;
mod safety;
mod setup;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod teardown;
