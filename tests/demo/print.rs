//! The output of the demo: headings, commands, and checks.

use std::io::IsTerminal;

/// The heading of a step.
pub(crate) fn heading(text: &str) {
    println!("\n{}\n", styled("1", text));
}

/// A command, as typed in a shell.
pub(crate) fn command(text: &str) {
    println!("  {}\n", styled("36", &format!("$ {text}")));
}

/// A check that passed.
pub(crate) fn passed(text: &str) {
    println!("  {} {text}", mark(true));
}

/// A check mark, or a cross for a failed check.
pub(crate) fn mark(passed: bool) -> String {
    if passed {
        styled("32", "✓")
    } else {
        styled("31", "✗")
    }
}

fn styled(style: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\x1b[{style}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
