//! Which accounts a command works on, and what happens when one cannot be used.

mod failures;
mod profiles;
