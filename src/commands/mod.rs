//! One file a verb; each reads like a table of contents.

pub mod generate;
mod look;
mod named;
mod prepare;
pub mod setup;
pub mod status;
pub mod teardown;
pub mod verify;

use anyhow::Result;

use crate::account::{Account, Side};
use crate::error::CallError;
use crate::plan::{Action, Plan};
use crate::report::Events;
use crate::settings::SideSettings;

/// How a command ended, apart from failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Exit status 0.
    Done,
    /// Exit status 1: done, and a person must look at something.
    LookAtIt,
    /// Exit status 2: a plan has changes, or faults were seen lately.
    Differences,
}

impl End {
    /// How carrying out a plan ends.
    fn of(plan: &Plan) -> Self {
        match plan.count(Action::Leave) {
            0 => Self::Done,
            _ => Self::LookAtIt,
        }
    }
}

async fn connect<T>(
    side: Side,
    settings: &SideSettings,
    profile: &str,
    events: &Events,
    reads: impl AsyncFnOnce(&Account) -> Result<T, CallError>,
) -> Result<(Account, Result<T, CallError>)> {
    let region = settings.region.as_deref();
    Account::connect(side, profile, region, events.clone(), reads).await
}
