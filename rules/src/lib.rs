//! The rules that decide which users are migrated, and the interface between `cogmig` and its
//! Lambda function. This crate does no I/O. The function uses it to decide on one user at a
//! sign-in. `cogmig` uses it to configure the function and to read its responses. Both sides take
//! all shared names from here.
//!
//! | topic | module |
//! |---|---|
//! | which users are migrated and which are rejected | `decision` |
//! | which attributes are migrated | `attributes` |
//! | the username in the new user pool | `usernames` |
//! | whether a user of the old pool could be migrated, without a sign-in | `forecast` |
//! | the hash of a username in the function's log | `user_hash` |
//! | the reason codes of rejections and faults | `reasons` |
//! | the function's environment variables | `env`, and `settings` for their values |
//! | the fields of the function's log line, and its metrics | `log` |
//! | the event and the response of the connectivity check | `probe` |

pub mod attributes;
pub mod decision;
pub mod env;
pub mod forecast;
pub mod log;
pub mod probe;
pub mod reasons;
pub mod settings;
pub mod user_hash;
pub mod usernames;
