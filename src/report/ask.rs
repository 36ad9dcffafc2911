//! Questions, asked only on a terminal and outside CI. Whatever ends a question, the terminal
//! is afterwards as it was before.

use std::io::{ErrorKind, IsTerminal, stdin};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use console::{Term, colors_enabled_stderr};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, MultiSelect, Select};

use super::{Report, complain, human};
use crate::cli::Output;
use crate::error::Usage;
use crate::interrupt::Interrupted;
use crate::resources::user_pool::Named;

/// How the terminal was before the question that stands there now. A process has one terminal.
static BEFORE: Mutex<Option<mode::Mode>> = Mutex::new(None);

/// Asks, and leaves the terminal as it was.
fn ask<T>(question: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
    *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(mode::now());
    let answer = question();
    leave();
    answer.map_err(|dialoguer::Error::IO(error)| match error.kind() {
        ErrorKind::Interrupted => Interrupted::Before.into(),
        _ => anyhow::Error::from(error)
            .context("no answer could be read from the terminal; --yes asks nothing"),
    })
}

/// Leaves the question that stands there, if one does, without an answer.
pub fn leave() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before {
        mode::back(&before);
        // Where the terminal is gone, there is no cursor to show.
        let _ = Term::stderr().show_cursor();
    }
}

#[cfg(unix)]
mod mode {
    use std::io::stdin;

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    pub type Mode = Option<Termios>;

    pub fn now() -> Mode {
        tcgetattr(stdin()).ok()
    }

    pub fn back(before: &Mode) {
        if let Some(before) = before {
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
mod mode {
    pub type Mode = ();

    pub fn now() -> Mode {}

    pub fn back(_: &Mode) {}
}

impl Report {
    /// Asks whether to go on. Without anybody to ask, the command itself was the answer.
    ///
    /// # Errors
    /// The terminal went away, or somebody is there to answer who would not see the question.
    pub fn confirm(&self, question: &str) -> Result<bool> {
        if !self.asks {
            if !self.in_ci && stdin().is_terminal() {
                bail!(Usage(
                    "the question would go to standard error, which is not the terminal\n  try  --yes, which asks nothing"
                        .into()
                ));
            }
            return Ok(true);
        }
        if self.output == Output::Json {
            complain(&human::plan(&self.told(), 80, colors_enabled_stderr()));
        }
        ask(|| {
            Confirm::with_theme(&ColorfulTheme::default())
                .with_prompt(question)
                .default(false)
                .interact()
        })
    }

    /// Has a password typed, which is not shown.
    ///
    /// # Errors
    /// The terminal went away.
    pub fn password(username: &str) -> Result<String> {
        let terminal = Term::stderr();
        terminal.write_str(&format!("Password of {username} in the old pool: "))?;
        ask(|| Ok(terminal.read_secure_line()?))
    }

    /// Has one of several answers chosen.
    ///
    /// # Errors
    /// The terminal went away.
    pub fn choose<T: Copy>(question: &str, answers: &[(&str, T)]) -> Result<T> {
        let labels: Vec<_> = answers.iter().map(|(label, _)| label).collect();
        let chosen = ask(|| {
            Select::with_theme(&ColorfulTheme::default())
                .with_prompt(question)
                .items(&labels)
                .default(0)
                .interact()
        })?;
        Ok(answers[chosen].1)
    }

    /// Has one or several picked from a list.
    ///
    /// # Errors
    /// Nothing was picked, or the terminal went away.
    pub fn pick(question: &str, from: &[Named], several: bool) -> Result<Vec<Named>> {
        let theme = ColorfulTheme::default();
        let labels: Vec<_> = from
            .iter()
            .map(|one| format!("{}  {}", one.id, one.name))
            .collect();
        let picked = if several {
            ask(|| {
                MultiSelect::with_theme(&theme)
                    .with_prompt(format!("{question} (space picks, enter goes on)"))
                    .items(&labels)
                    .interact()
            })
        } else {
            let index = ask(|| {
                Select::with_theme(&theme)
                    .with_prompt(question)
                    .items(&labels)
                    .default(0)
                    .interact()
            });
            index.map(|index| vec![index])
        };
        let picked = picked?;
        if picked.is_empty() {
            bail!("nothing was picked");
        }
        Ok(picked
            .into_iter()
            .filter_map(|index| from.get(index).cloned())
            .collect())
    }
}
