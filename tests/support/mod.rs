//! What the targets `aws` and `faults` share: two accounts with pools, the binary to run
//! between them, and what other people and programs do there.

pub mod calls;
pub mod console;
pub mod identities;
pub mod many_runs;
pub mod raw_json;
pub mod run;
pub mod stage;
