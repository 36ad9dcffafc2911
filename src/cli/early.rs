//! The command and the output format of a command line that clap rejected.

use super::help::command;
use super::settings;

/// The name of the command, or nothing.
pub fn verb() -> String {
    let cogmig = command();
    let verb = words().find(|word| cogmig.find_subcommand(word).is_some());
    verb.unwrap_or_default()
}

/// Whether the output is JSON, as far as this is known without valid options.
pub fn wants_json() -> bool {
    let output = flag("--output").or_else(|| variable("COGMIG_OUTPUT"));
    output.map_or_else(
        || {
            let file = flag("--config").or_else(|| variable("COGMIG_CONFIG"));
            settings::file_asks_for_json(file.as_deref())
        },
        |output| output == "json",
    )
}

/// The last value of a flag.
fn flag(name: &str) -> Option<String> {
    let words: Vec<_> = words().collect();
    let mut values = words.iter().enumerate().filter_map(|(at, word)| {
        let rest = word.strip_prefix(name)?;
        match rest.strip_prefix('=') {
            None if rest.is_empty() => words.get(at + 1).map(String::as_str),
            value => value,
        }
    });
    values.next_back().map(str::to_owned)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The arguments. They can contain bytes that aren't UTF-8.
fn words() -> impl Iterator<Item = String> {
    let words = std::env::args_os().skip(1);
    words.map(|word| word.to_string_lossy().into_owned())
}
