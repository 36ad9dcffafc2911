//! The context of every command: the options, the printer, and the interruption.

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
use crate::cli::Sources;
use crate::ui::{self, Printer, Question};

/// One run of one command.
pub struct Session<'a> {
    /// The options, without those that the deployment remembers.
    pub settings: &'a Settings,
    /// The sources of the options.
    pub sources: &'a Sources,
    /// The printer.
    pub ui: &'a Arc<Printer>,
    /// The context for all code that calls AWS.
    pub run: Run,
}

impl Session<'_> {
    /// Reports the selected user pool or app clients. If there are several, the user selects them
    /// on the terminal.
    ///
    /// # Errors
    /// There are several, and there is no terminal for a prompt.
    pub fn select(&self, selection: Selection) -> Result<Vec<Listed>> {
        let selected = match selection {
            Selection::These(selected) => selected,
            Selection::Several(several) if self.ui.can_prompt() => {
                let plural = if several.picks_several { "s" } else { "" };
                let (side, what) = (several.side.as_str(), several.what);
                let question = format!("Select the {side} {what}{plural}");
                Selected {
                    side: several.side,
                    what: several.what,
                    all: ui::pick(&question, &several.there, several.picks_several)?,
                    source: SelectedBy::Prompt,
                }
            }
            Selection::Several(several) => return Err(several.refusal.into()),
        };
        self.run.report(Event::Chosen(selected.clone()));
        Ok(selected.all)
    }

    /// Fails if a warning of the plan is as severe as `--fail-on`, or stops setup and isn't
    /// allowed.
    ///
    /// # Errors
    /// There is such a warning.
    pub fn check_warnings(&self, plan: &Plan) -> Result<()> {
        self.check_severities(plan)?;
        match &guards::not_allowed(plan, &self.settings.allow)[..] {
            [] => Ok(()),
            warnings => Err(guards::consent_missing(warnings).into()),
        }
    }

    /// The same for setup, which prompts on a terminal for each warning that stops it. Returns
    /// whether the user allows all of them.
    ///
    /// # Errors
    /// The same, or the terminal was closed.
    pub fn allows_warnings(&self, plan: &Plan) -> Result<bool> {
        if !self.ui.can_prompt() || self.settings.yes == Some(true) {
            return self.check_warnings(plan).map(|()| true);
        }
        self.check_severities(plan)?;
        for warning in guards::not_allowed(plan, &self.settings.allow) {
            if !self.ui.confirm(Some(false), &Question::Allow(warning.id))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn check_severities(&self, plan: &Plan) -> Result<()> {
        match self.settings.fail_on {
            Some(limit) => Ok(guards::warnings_are_below(plan, limit)?),
            None => Ok(()),
        }
    }

    /// Fails with the first problem, and reports the others as events.
    ///
    /// # Errors
    /// There is a problem.
    pub fn fail_if_any(&self, problems: Vec<Problem>) -> Result<()> {
        let mut problems = problems.into_iter();
        let Some(first) = problems.next() else {
            return Ok(());
        };
        problems.for_each(|other| self.run.report(Event::AlsoFailed(other)));
        Err(first.into())
    }
}
