//! Who is migrated, as whom and with what; and what `cogmig` and its Lambda say to each other.
//! Pure: the function uses it for one user at a sign-in, and `cogmig` to configure the function
//! and to read its answers. Neither writes a name of the other's by hand.
//!
//! | to see | open |
//! |---|---|
//! | who is migrated and who is rejected | `decision` |
//! | which attributes are migrated | `attributes` |
//! | under which username | `usernames` |
//! | why not, as codes | `reasons` |
//! | the variables of the function's environment | `env`, and `settings` for their values |
//! | the members of the function's log line, and its metrics | `log` |
//! | the connectivity check's event and answer | `probe` |

pub mod attributes;
pub mod decision;
pub mod env;
pub mod log;
pub mod probe;
pub mod reasons;
pub mod settings;
pub mod usernames;
