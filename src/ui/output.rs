//! Standard output and standard error.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};
use console::Term;

/// The columns of the terminal; 80 if standard output isn't one.
pub fn width() -> usize {
    let size = Term::stdout().size_checked();
    let columns = size.map_or(80, |(_, columns)| usize::from(columns));
    columns.clamp(40, 160)
}

/// Prints a result, or a file for another program. A closed pipe isn't an error.
///
/// # Errors
/// It can't be written, for example because the disk is full.
pub fn print(text: &str) -> Result<()> {
    let mut output = std::io::stdout();
    let written = writeln!(output, "{text}").and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("can't write the result to standard output")
        }
        _ => Ok(()),
    }
}

/// Prints to standard error. A closed pipe isn't an error.
pub fn print_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
