//! `cogmig completions` and `cogmig man`: what a package has beside the binary, made from
//! the command line's own description.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use crate::embedded::VERSION;

/// The completions for a shell.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cogmig", &mut script);
    String::from_utf8_lossy(&script).trim_end().to_owned()
}

/// Writes a man page for each command.
///
/// # Errors
/// The folder cannot be made or written to.
pub fn man(folder: &Path) -> Result<()> {
    let at = || format!("no man pages could be written to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(at)?;
    // A page's heading is one line.
    let version = VERSION.lines().next().unwrap_or(VERSION);
    clap_mangen::generate_to(Cli::command().version(version), folder).with_context(at)
}
