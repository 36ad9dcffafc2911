//! The options: the command line, the environment and `cogmig.toml`. Also the completions and the
//! man pages, which are generated from the command line.

mod args;
mod choice;
mod early;
pub mod generate;
mod other_side;
pub mod settings;

pub use args::{Cli, Command, Task, command};
pub use early::{verb, wants_json};
pub use other_side::refuse_other_side;
