//! Questions, asked only on a terminal and outside CI.

use anyhow::{Context, Result, bail};
use console::{Term, colors_enabled_stderr};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, MultiSelect, Select};

use super::{Report, complain, human};
use crate::cli::Output;
use crate::resources::user_pool::Named;

impl Report {
    /// Asks whether to go on. Without anybody to ask, the command itself was the answer.
    ///
    /// # Errors
    /// The terminal went away.
    pub fn confirm(&self, question: &str) -> Result<bool> {
        if !self.asks {
            return Ok(true);
        }
        if self.output == Output::Json {
            complain(&human::plan(&self.told(), 80, colors_enabled_stderr()));
        }
        Confirm::with_theme(&ColorfulTheme::default())
            .with_prompt(question)
            .default(false)
            .interact()
            .context("no answer could be read from the terminal; --yes asks nothing")
    }

    /// Has a password typed, which is not shown.
    ///
    /// # Errors
    /// The terminal went away.
    pub fn password(username: &str) -> Result<String> {
        let terminal = Term::stderr();
        terminal.write_str(&format!("Password of {username} in the old pool: "))?;
        Ok(terminal.read_secure_line()?)
    }

    /// Has one of several answers chosen.
    ///
    /// # Errors
    /// The terminal went away.
    pub fn choose<T: Copy>(question: &str, answers: &[(&str, T)]) -> Result<T> {
        let labels: Vec<_> = answers.iter().map(|(label, _)| label).collect();
        let chosen = Select::with_theme(&ColorfulTheme::default())
            .with_prompt(question)
            .items(&labels)
            .default(0)
            .interact()
            .context("no answer could be read from the terminal")?;
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
            MultiSelect::with_theme(&theme)
                .with_prompt(format!("{question} (space picks, enter goes on)"))
                .items(&labels)
                .interact()
        } else {
            Select::with_theme(&theme)
                .with_prompt(question)
                .items(&labels)
                .default(0)
                .interact()
                .map(|index| vec![index])
        };
        let picked = picked.context("no answer could be read from the terminal")?;
        if picked.is_empty() {
            bail!("nothing was picked");
        }
        Ok(picked
            .into_iter()
            .filter_map(|index| from.get(index).cloned())
            .collect())
    }
}
