//! `cogmig completions` and `cogmig man`: what a package has beside the binary, made from
//! the command line's own description.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::report;

/// Prints the completions for a shell.
pub fn completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cogmig", &mut script);
    report::print_bytes(&script);
}

/// Writes a man page for each command.
///
/// # Errors
/// The folder cannot be made or written to.
pub fn man(folder: &Path) -> Result<()> {
    let at = || format!("no man pages could be written to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(at)?;
    clap_mangen::generate_to(Cli::command(), folder).with_context(at)
}
