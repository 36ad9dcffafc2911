//! What every command has at hand: what was asked for, who is told, and whether to stop.

use std::sync::Arc;

use anyhow::Result;
use cogmig_core::event::Event;
use cogmig_core::options::Settings;
use cogmig_core::plan::{Plan, guards};
use cogmig_core::problem::Problem;
use cogmig_core::reference::Listed;
use cogmig_core::selected::{Selected, SelectedBy};
use cogmig_core::targets::Selection;

use crate::aws::account::Run;
use crate::ui::{self, Printer};

/// One run of one command.
pub struct Session<'a> {
    /// What was asked for.
    pub settings: &'a Settings,
    /// The printer.
    pub ui: &'a Arc<Printer>,
    /// What all calls to AWS get.
    pub run: Run,
}

impl Session<'_> {
    /// The pool or the app clients that it is about, which is reported; of several, those that are
    /// picked on a terminal.
    ///
    /// # Errors
    /// There are several, and nobody to ask.
    pub fn settle(&self, selection: Selection) -> Result<Vec<Listed>> {
        let selected = match selection {
            Selection::These(selected) => selected,
            Selection::Several(several) if self.ui.can_ask() => {
                let question = format!("Which {} {}?", several.side.as_str(), several.what);
                Selected {
                    side: several.side,
                    what: several.what,
                    all: ui::pick(&question, &several.there, several.picks_several)?,
                    source: SelectedBy::Prompt,
                }
            }
            Selection::Several(several) => return Err(several.refusal.into()),
        };
        self.run.tell(Event::Chosen(selected.clone()));
        Ok(selected.all)
    }

    /// Fails if a warning of the plan is as severe as `--fail-on`.
    ///
    /// # Errors
    /// It is.
    pub fn check_warnings(&self, plan: &Plan) -> Result<()> {
        if let Some(limit) = self.settings.fail_on {
            guards::warnings_are_below(plan, limit)?;
        }
        Ok(())
    }

    /// Reports why it cannot be: the first is the error, the others are told with it.
    ///
    /// # Errors
    /// There is a reason.
    pub fn refuse(&self, refusals: Vec<Problem>) -> Result<()> {
        let mut refusals = refusals.into_iter();
        let Some(first) = refusals.next() else {
            return Ok(());
        };
        refusals.for_each(|other| self.run.tell(Event::AlsoFailed(other)));
        Err(first.into())
    }
}
