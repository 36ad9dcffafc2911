//! The output for GitHub Actions: `::error::` annotations, and the step summary in Markdown, which
//! is appended to the file in `GITHUB_STEP_SUMMARY`.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use cogmig_core::outcome::Ended;

use super::output::print_error;
use super::problem;
use super::transcript::Transcript;

/// The available features of GitHub Actions.
pub struct Github {
    annotates: bool,
    summary: Option<PathBuf>,
}

impl Github {
    /// From the environment.
    pub fn from_env() -> Self {
        let annotates = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        Self {
            annotates,
            summary: summary.filter(|_| annotates).map(PathBuf::from),
        }
    }

    /// Prints an error: GitHub Actions shows an annotation in the log and next to it, so the text
    /// is printed only elsewhere.
    pub fn error(&self, command: &str, text: &str, styled: &str) {
        if self.annotates {
            let title = format!("cogmig {command}");
            print_error(&annotation(title.trim_end(), text));
        } else {
            print_error(styled);
        }
    }

    /// Prints why a command failed, and appends the summary.
    pub fn failure(&self, command: &str, transcript: &Transcript, ended: Ended, texts: [&str; 2]) {
        let [text, styled] = texts;
        self.error(command, text, styled);
        self.summary(command, transcript, ended, Some(text));
    }

    /// Appends the summary, with a text as it is. If it can't be written, the command doesn't fail.
    pub fn summary(
        &self,
        command: &str,
        transcript: &Transcript,
        ended: Ended,
        verbatim: Option<&str>,
    ) {
        let Some(path) = &self.summary else { return };
        let text = markdown(command, transcript, ended, verbatim);
        let file = OpenOptions::new().create(true).append(true).open(path);
        if let Err(error) = file.and_then(|mut file| file.write_all(text.as_bytes())) {
            print_error(&format!(
                "warning: can't write the summary to {}: {error}",
                path.display()
            ));
        }
    }
}

/// A workflow command. Percent signs and line breaks are escaped, and in properties also colons and
/// commas.
fn annotation(title: &str, text: &str) -> String {
    let escape = |text: &str| {
        let text = text.replace('%', "%25");
        text.replace('\r', "%0D").replace('\n', "%0A")
    };
    let title = escape(title).replace(':', "%3A").replace(',', "%2C");
    format!("::error title={title}::{}", escape(text))
}

fn markdown(
    command: &str,
    transcript: &Transcript,
    ended: Ended,
    verbatim: Option<&str>,
) -> String {
    let mut text = format!("### cogmig {command}: {}\n\n", ended.word());
    for one in &transcript.accounts {
        let _ = writeln!(
            text,
            "- {} account `{}`, {}",
            one.side.as_str(),
            one.id,
            one.region
        );
    }
    if !transcript.changes.is_empty() {
        text.push_str(
            "\n| | account | kind | name | details | status |\n|---|---|---|---|---|---|\n",
        );
        for line in &transcript.changes {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} | {} |",
                line.action.glyph(),
                line.address.side.as_str(),
                line.address.kind.as_str(),
                cell(&line.address.name),
                cell(&line.details.join("; ")),
                line.status,
            );
        }
    }
    for warning in &transcript.warnings {
        let (label, summary) = (problem::label(warning.severity), cell(&warning.summary));
        let _ = write!(text, "\n> **{label}** {summary}");
        for line in problem::details(warning) {
            let _ = write!(text, "\\\n> {}", cell(&line));
        }
        text.push('\n');
    }
    if let Some(verbatim) = verbatim {
        // The fence must not be part of the text.
        let _ = writeln!(
            text,
            "\n~~~~~~~~\n{}\n~~~~~~~~",
            verbatim.replace("~~~~~~~~", "")
        );
    }
    text.push('\n');
    text
}

/// Text in a cell of a table: on one line, with Markdown and HTML escaped, because names are
/// external input.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\r' => cell.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '\\' | '#' | '!' | '&' | '~' => {
                cell.push('\\');
                cell.push(character);
            }
            other => cell.push(other),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_its_workflow_command() {
        let line = annotation("cogmig setup: x, y", "100 %\n::set-output name=x::y\r");
        assert_eq!(
            line,
            "::error title=cogmig setup%3A x%2C y::100 %25%0A::set-output name=x::y%0D"
        );
        assert!(!line.contains('\n'));
    }

    #[test]
    fn a_name_cannot_write_markdown() {
        let cell = cell("a|b `c` <img src=x> [l](u)\n# h");
        assert_eq!(cell, "a\\|b \\`c\\` \\<img src=x\\> \\[l\\](u) \\# h");
    }
}
