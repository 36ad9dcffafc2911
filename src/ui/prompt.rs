//! Questions, asked only on a terminal and outside CI. Whatever ends a question, the terminal
//! is afterwards as it was before.

use std::io::{ErrorKind, IsTerminal, Read, stdin};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Error, Result};
use cogmig_core::outcome::Interrupted;
use cogmig_core::problem::Problem;
use cogmig_core::reference::Listed;
use cogmig_core::status::Unmigrated;
use console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{MultiSelect, Select};

/// How the terminal was before the question that stands there now. A process has one terminal.
static BEFORE: Mutex<Option<mode::Mode>> = Mutex::new(None);

/// What is to be confirmed.
pub enum Question {
    /// The changes of the plan.
    Apply,
    /// Those of a teardown, while users have not been migrated.
    Teardown {
        /// What has to be typed: the deployment's name.
        deployment: String,
        /// About how many users that are, where it is known.
        users: Option<u64>,
    },
}

impl Question {
    /// That of a teardown.
    pub fn teardown(deployment: &str, unmigrated: Unmigrated) -> Self {
        match unmigrated {
            Unmigrated::None => Self::Apply,
            some => Self::Teardown {
                deployment: deployment.to_owned(),
                users: some.count(),
            },
        }
    }

    fn prompt(&self) -> String {
        match self {
            Self::Apply => "Apply these changes? Enter yes or y to confirm: ".to_owned(),
            Self::Teardown { deployment, users } => {
                let users = match users {
                    Some(1) => "About 1 user hasn't been migrated".to_owned(),
                    Some(count) => format!("About {count} users haven't been migrated"),
                    None => "The number of users who haven't been migrated is unknown".to_owned(),
                };
                format!("{users}. Enter the deployment's name, {deployment}, to confirm: ")
            }
        }
    }

    /// Anything else cancels.
    fn is_confirmed_by(&self, answer: &str) -> bool {
        match self {
            Self::Apply => ["yes", "y"].contains(&answer),
            Self::Teardown { deployment, .. } => answer == deployment,
        }
    }
}

/// Asks, and leaves the terminal as it was.
fn ask<T>(question: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
    *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(mode::now());
    let answer = question();
    match &answer {
        Err(_) => leave(),
        Ok(_) => drop(restore()),
    }
    answer.map_err(|dialoguer::Error::IO(error)| match error.kind() {
        ErrorKind::Interrupted => Interrupted::Before.into(),
        _ => anyhow::Error::from(error)
            .context("no answer could be read from the terminal; --yes asks nothing"),
    })
}

/// Leaves the question that is open, if one is, without an answer. What is printed next begins
/// a line of its own.
pub fn leave() {
    if restore().is_some() {
        let _ = Term::stderr().write_line("");
    }
}

/// Restores the terminal of the question that is open, if one is.
fn restore() -> Option<()> {
    let before = BEFORE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()?;
    mode::back(&before);
    // Where the terminal is gone, there is no cursor to show.
    let _ = Term::stderr().show_cursor();
    Some(())
}

#[cfg(unix)]
mod mode {
    use std::io::stdin;

    use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

    pub type Mode = Option<Termios>;

    pub fn now() -> Mode {
        tcgetattr(stdin()).ok()
    }

    /// What was typed before a question is no answer to it.
    pub fn forget_typed() {
        let _ = tcflush(stdin(), QueueSelector::IFlush);
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

    pub fn forget_typed() {}
}

/// A password: typed, which is not shown, or a line of standard input.
///
/// # Errors
/// The terminal went away; or there is no name to ask for, or no password.
pub fn password(username: &str) -> Result<String> {
    let invalid = |why| Error::from(Problem::usage("username-invalid", why));
    if username.is_empty() {
        return Err(invalid(
            "--username needs the name that the user would type",
        ));
    }
    let read = || {
        if stdin().is_terminal() {
            let terminal = Term::stderr();
            terminal.write_str(&format!("Password of {username} in the old pool: "))?;
            return ask(|| Ok(terminal.read_secure_line()?));
        }
        let mut text = String::new();
        // Cognito's longest password has 256 characters.
        stdin().take(4096).read_to_string(&mut text)?;
        Ok(text)
    };
    let text: String = read().context("no password could be read from standard input")?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let password = line.strip_suffix('\r').unwrap_or(line);
    if password.is_empty() {
        return Err(invalid(
            "--username needs the user's password on standard input",
        ));
    }
    Ok(password.to_owned())
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
pub fn pick(question: &str, from: &[Listed], several: bool) -> Result<Vec<Listed>> {
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
        return Err(Problem::error("nothing-selected", "nothing was picked").into());
    }
    Ok(picked
        .into_iter()
        .filter_map(|index| from.get(index).cloned())
        .collect())
}

/// Has a line typed, and compares it with what confirms.
///
/// # Errors
/// The terminal went away.
pub fn confirm(question: &Question) -> Result<bool> {
    mode::forget_typed();
    let terminal = Term::stderr();
    terminal.write_str(&format!("\n{}", question.prompt()))?;
    let mut line = String::new();
    let read = ask(|| Ok(stdin().read_line(&mut line)?))?;
    if read == 0 {
        // Ctrl-D ends no line.
        terminal.write_line("")?;
    }
    Ok(question.is_confirmed_by(line.trim()))
}
