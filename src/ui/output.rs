//! Standard output and standard error.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};
use cogmig_core::iam::pipeline::Policy;
use console::Term;

/// The columns of the terminal, or of a file that is read on one.
pub fn width() -> usize {
    let size = Term::stdout().size_checked();
    let columns = size.map_or(80, |(_, columns)| usize::from(columns));
    columns.clamp(40, 160)
}

/// Prints an IAM policy, which is JSON for people and for programs alike.
///
/// # Errors
/// It cannot be written.
pub fn print_policy(policy: &Policy) -> Result<()> {
    print(&serde_json::to_string_pretty(policy)?)
}

/// Prints a result, or a file for another program. A reader that has gone away is no error of ours.
///
/// # Errors
/// It cannot be written, such as to a full disk.
pub fn print(text: &str) -> Result<()> {
    let mut output = std::io::stdout();
    let written = writeln!(output, "{text}").and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("the result could not be written to standard output")
        }
        _ => Ok(()),
    }
}

/// Prints to standard error. That nobody reads it is no error.
pub fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
