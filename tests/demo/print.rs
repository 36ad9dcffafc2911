//! How the demo speaks: headings, commands as typed, ticks for what was checked.

use std::io::IsTerminal;

/// A step of the story.
pub(crate) fn heading(text: &str) {
    println!("\n{}\n", painted("1", text));
}

/// A command as one types it.
pub(crate) fn typed(command: &str) {
    println!("  {}", painted("36", &format!("$ {command}")));
}

/// Something that was checked and is so.
pub(crate) fn holds(text: &str) {
    println!("  {} {text}", mark(true));
}

/// A tick or a cross.
pub(crate) fn mark(good: bool) -> String {
    if good {
        painted("32", "✓")
    } else {
        painted("31", "✗")
    }
}

fn painted(style: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\x1b[{style}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
