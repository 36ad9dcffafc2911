//! Prompts, only on a terminal and outside CI. After each prompt, the terminal is restored, even if
//! the prompt was interrupted.

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

/// The terminal mode before the current prompt. A process has one terminal.
static BEFORE: Mutex<Option<mode::Mode>> = Mutex::new(None);

/// A confirmation.
pub enum Question {
    /// Apply the changes of the plan.
    Apply,
    /// Allow the warning with this id, which stops setup.
    Allow(&'static str),
    /// Apply the changes of a teardown, although there are users who haven't been migrated.
    Teardown {
        /// The name of the deployment, which must be entered.
        deployment: String,
        /// The approximate number of these users, if it's known.
        users: Option<u64>,
    },
}

impl Question {
    /// The confirmation of a teardown.
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
            Self::Allow(id) => {
                format!("Allow the warning {id}, shown above? Enter yes or y to allow it: ")
            }
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

    /// Any other answer cancels.
    fn is_confirmed_by(&self, answer: &str) -> bool {
        match self {
            Self::Apply | Self::Allow(_) => ["yes", "y"].contains(&answer),
            Self::Teardown { deployment, .. } => answer == deployment,
        }
    }
}

/// Runs a prompt, and restores the terminal.
fn run<T>(prompt: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
    *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(mode::get());
    let answer = prompt();
    match &answer {
        Err(_) => close(),
        Ok(_) => drop(restore()),
    }
    answer.map_err(|dialoguer::Error::IO(error)| match error.kind() {
        ErrorKind::Interrupted => Interrupted::Before.into(),
        _ => anyhow::Error::from(error).context("can't read from the terminal"),
    })
}

/// Closes an open prompt without an answer, and starts a new line.
pub fn close() {
    if restore().is_some() {
        let _ = Term::stderr().write_line("");
    }
}

/// Restores the terminal, if a prompt is open.
fn restore() -> Option<()> {
    let before = BEFORE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()?;
    mode::set(&before);
    // If the terminal was closed, there is no cursor to show.
    let _ = Term::stderr().show_cursor();
    Some(())
}

#[cfg(unix)]
mod mode {
    use std::io::stdin;

    use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

    pub type Mode = Option<Termios>;

    pub fn get() -> Mode {
        tcgetattr(stdin()).ok()
    }

    /// Discards input from before the prompt.
    pub fn discard_input() {
        let _ = tcflush(stdin(), QueueSelector::IFlush);
    }

    pub fn set(before: &Mode) {
        if let Some(before) = before {
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
mod mode {
    pub type Mode = ();

    pub fn get() -> Mode {}

    pub fn set(_: &Mode) {}

    pub fn discard_input() {}
}

/// Reads a password, hidden on a terminal, or as a line of standard input.
///
/// # Errors
/// The terminal was closed, or the username or the password is empty.
pub fn password(username: &str) -> Result<String> {
    let invalid = |why| Error::from(Problem::usage("password-missing", why));
    if username.is_empty() {
        return Err(invalid("the name of the user is empty"));
    }
    let read = || {
        if stdin().is_terminal() {
            let terminal = Term::stderr();
            terminal.write_str(&format!("Password of {username} in the old pool: "))?;
            return run(|| Ok(terminal.read_secure_line()?));
        }
        let mut text = String::new();
        // Cognito allows passwords with up to 256 characters.
        stdin().take(4096).read_to_string(&mut text)?;
        Ok(text)
    };
    let text: String = read().context("can't read the password from standard input")?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let password = line.strip_suffix('\r').unwrap_or(line);
    if password.is_empty() {
        return Err(invalid(
            "--password-stdin requires the user's password on standard input",
        ));
    }
    Ok(password.to_owned())
}

/// Prompts for one of several answers.
///
/// # Errors
/// The terminal was closed.
pub fn choose<T: Copy>(question: &str, answers: &[(&str, T)]) -> Result<T> {
    let labels: Vec<_> = answers.iter().map(|(label, _)| label).collect();
    let selected = run(|| {
        Select::with_theme(&ColorfulTheme::default())
            .with_prompt(question)
            .items(&labels)
            .default(0)
            .interact()
    })?;
    Ok(answers[selected].1)
}

/// Prompts for one or several items of a list.
///
/// # Errors
/// Nothing is selected, or the terminal was closed.
pub fn pick(question: &str, from: &[Listed], several: bool) -> Result<Vec<Listed>> {
    let theme = ColorfulTheme::default();
    let labels: Vec<_> = from
        .iter()
        .map(|one| format!("{}  {}", one.id, one.name))
        .collect();
    let selected = if several {
        run(|| {
            MultiSelect::with_theme(&theme)
                .with_prompt(format!("{question} (Space to select, Enter to confirm)"))
                .items(&labels)
                .interact()
        })
    } else {
        let index = run(|| {
            Select::with_theme(&theme)
                .with_prompt(question)
                .items(&labels)
                .default(0)
                .interact()
        });
        index.map(|index| vec![index])
    };
    let selected = selected?;
    if selected.is_empty() {
        return Err(Problem::error("nothing-selected", "nothing is selected").into());
    }
    Ok(selected
        .into_iter()
        .filter_map(|index| from.get(index).cloned())
        .collect())
}

/// Prompts for a confirmation.
///
/// # Errors
/// The terminal was closed.
pub fn confirm(question: &Question) -> Result<bool> {
    mode::discard_input();
    let terminal = Term::stderr();
    terminal.write_str(&format!("\n{}", question.prompt()))?;
    let mut line = String::new();
    let read = run(|| Ok(stdin().read_line(&mut line)?))?;
    if read == 0 {
        // Ctrl-D doesn't end the line.
        terminal.write_line("")?;
    }
    Ok(question.is_confirmed_by(line.trim()))
}
