//! What a run was told so far, for what is printed at the end.

use cogmig_core::identity::{Identity, Side};
use cogmig_core::plan::Action;
use cogmig_core::problem::Problem;
use cogmig_core::selected::Selected;

/// What was told so far, for what is printed at the end.
#[derive(Default)]
pub struct Transcript {
    pub accounts: Vec<Identity>,
    pub users: Vec<(Side, u64)>,
    pub warnings: Vec<Problem>,
    pub chosen: Vec<Selected>,
    pub changes: Vec<Line>,
    /// Why changes failed, but for the first that did.
    pub also: Vec<Problem>,
}

/// A change as it is shown.
pub struct Line {
    pub side: Side,
    pub action: Action,
    pub kind: &'static str,
    pub name: String,
    pub why: String,
    pub status: &'static str,
}

impl Transcript {
    /// Whether there is nothing to show of a plan.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.warnings.is_empty()
    }
}
