//! A function as GetFunction returns it: its state, and the settings that others added to it.

mod others;
mod state;

pub use others::settings_of_others;
pub use state::{State, Why, remedy};
