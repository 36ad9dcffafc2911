//! The real binary against two real (emulated) accounts, and what stands there
//! afterwards as another client, boto3, sees it.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod deploy;
mod stage;
