//! What is asked for: the command line, the environment and `cogmig.toml`.

mod args;
mod choice;
mod early;
pub mod generate;
mod other_side;
pub mod settings;

pub use args::{Cli, Command, Task};
pub use early::{verb, wants_json};
pub use other_side::refuse_other_side;
