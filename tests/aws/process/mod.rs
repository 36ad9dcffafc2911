//! The process: streams, terminal, signals, environment.

mod consent;
mod environment;
mod interrupts;
mod terminal;
