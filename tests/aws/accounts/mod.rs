//! Which accounts a command uses, and what happens if an account can't be used.

mod failures;
mod profile_files;
mod profiles;
mod requirements;
