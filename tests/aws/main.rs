//! The real binary against two real (emulated) accounts, and what exists in them afterwards
//! as another client, boto3, sees it. One folder per subject.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod accounts;
mod checks;
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
