//! What setup creates, and what a second setup changes.

mod dedicated_client;
mod deleted;
mod deploy;
mod drift;
mod large;
mod leftovers;
mod preflight;
mod repeat;
mod rounds;
mod warnings;
