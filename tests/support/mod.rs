//! Shared by the targets `aws` and `faults`: two accounts with pools, the binary, and changes that
//! other users and programs make in the accounts.

pub mod calls;
pub mod console;
pub mod identities;
pub mod many_runs;
pub mod raw_json;
pub mod run;
pub mod stage;
