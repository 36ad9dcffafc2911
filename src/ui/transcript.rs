//! The events of a run, for the output at its end.

use std::sync::Arc;

use cogmig_core::identity::{Identity, Side};
use cogmig_core::options::Origins;
use cogmig_core::plan::{Action, Change, Edit};
use cogmig_core::problem::Problem;
use cogmig_core::resource::Address;
use cogmig_core::sample::Sample;
use cogmig_core::selected::Selected;
use cogmig_core::status::FinalReport;

use super::reason;

/// The events of a run.
#[derive(Default)]
pub struct Transcript {
    pub accounts: Vec<Identity>,
    /// The options that a deployment remembers, without those that have their default.
    pub options: Origins,
    pub users: Vec<(Side, u64)>,
    pub sample: Option<Sample>,
    pub warnings: Vec<Problem>,
    pub selected: Vec<Selected>,
    pub changes: Vec<Line>,
    /// The report of the migration at its teardown.
    pub report: Option<Arc<FinalReport>>,
    /// Errors that occurred in addition to the one that the command fails with.
    pub also: Vec<Problem>,
}

/// A change and its status.
pub struct Line {
    pub address: Address,
    pub action: Action,
    pub edits: Vec<Edit>,
    pub details: Vec<String>,
    pub status: &'static str,
}

impl From<&Change> for Line {
    fn from(change: &Change) -> Self {
        Self {
            address: change.address.clone(),
            action: change.action,
            edits: change.edits.clone(),
            details: reason::changes(&change.reason, &change.edits),
            status: match change.action {
                Action::Conflict => "skipped",
                _ => "planned",
            },
        }
    }
}

impl Line {
    /// The kind and the name of the resource.
    pub fn name(&self) -> String {
        format!("{} {}", self.address.kind.as_str(), self.address.name)
    }

    /// A short text, for progress.
    pub fn brief(&self) -> String {
        format!("{} {}", self.action.glyph(), self.name())
    }
}

impl Transcript {
    /// The number of changes with this action.
    pub fn count(&self, action: Action) -> usize {
        let changes = self.changes.iter();
        changes.filter(|line| line.action == action).count()
    }

    /// The number of changes with this action that were applied.
    pub fn applied(&self, action: Action) -> usize {
        let is_applied = |line: &&Line| line.action == action && line.status == "done";
        self.changes.iter().filter(is_applied).count()
    }

    /// How many resources have changes of this kind. A resource can have several changes.
    pub fn resources(&self, has: impl Fn(&Line) -> bool) -> usize {
        let mut counted: Vec<&Address> = Vec::new();
        for line in self.changes.iter().filter(|line| has(line)) {
            if !counted.contains(&&line.address) {
                counted.push(&line.address);
            }
        }
        counted.len()
    }

    /// The changes that require manual action.
    pub fn conflicts(&self) -> impl Iterator<Item = &Line> {
        let changes = self.changes.iter();
        changes.filter(|line| line.action == Action::Conflict)
    }
}
