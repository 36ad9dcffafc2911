//! The process and its surroundings: streams, terminal, signals, environment.

mod consent;
mod environment;
mod interrupts;
mod terminal;
