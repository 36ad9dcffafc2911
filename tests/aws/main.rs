//! The real binary against two real (emulated) accounts, and what stands there
//! afterwards as another client, boto3, sees it.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod accounts;
mod after;
mod as_it_is;
mod attacks;
mod between;
mod calls;
mod choices;
mod conflicts;
mod dedicated;
mod deleted;
mod denied;
mod deploy;
mod drift;
mod failures;
mod foreign;
mod forgotten;
mod hand;
mod hard;
mod identities;
mod lossless;
mod matrix;
mod meddler;
mod mended;
mod moto;
mod moved_attributes;
mod names;
mod options;
mod output;
mod preflight;
mod probe;
mod races;
mod repeat;
mod rights;
mod run;
mod scene;
mod second_factor;
mod secret;
mod sign_in;
mod stage;
mod stopped;
mod terminal;
mod undo;
mod verify;
mod wire;
