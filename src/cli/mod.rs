//! The options: the command line, the environment and `cogmig.toml`. Also the completions and the
//! man pages, which are generated from the command line.

mod args;
mod choice;
mod completions;
mod early;
mod groups;
mod help;
mod man;
mod other_side;
pub mod settings;

pub use args::{Cli, Command, Task};
pub use completions::completions;
pub use early::{verb, wants_json};
pub use help::command;
pub use man::man;
pub use other_side::refuse_other_side;
pub use settings::Sources;
