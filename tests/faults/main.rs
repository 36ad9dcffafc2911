//! The real binary while calls fail, while AWS is slow, and while others change the same resources.
//! Faults are injected into each call of setup and teardown in turn.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod baseline;
mod between_plan_and_apply;
mod calls;
mod concurrent_writer;
mod connectivity;
mod dedicated_client;
mod matrix;
mod races;
mod slow_aws;
#[allow(dead_code, reason = "the target `aws` uses the rest")]
#[path = "../support/mod.rs"]
mod support;
