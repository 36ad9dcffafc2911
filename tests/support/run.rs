//! The exit status and the output of a run.

use std::process::{Command, Output};

use serde_json::Value;

/// The exit status and the output of a run.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Checks the exit status, and that an error was printed without internal texts.
    #[track_caller]
    pub fn assert_ended(&self, code: i32, arguments: &str) {
        assert_eq!(self.code, code, "cogmig {arguments}\n{self}");
        for internal in ["service error", "panicked", "RUST_BACKTRACE"] {
            assert!(!self.printed(internal), "cogmig {arguments}\n{self}");
        }
    }

    /// Whether this text was printed on either stream, regardless of line breaks.
    pub fn printed(&self, text: &str) -> bool {
        let text = flat(text);
        [&self.stdout, &self.stderr]
            .iter()
            .any(|stream| flat(stream).contains(&text))
    }

    /// Standard output without line breaks.
    pub fn flat(&self) -> String {
        flat(&self.stdout)
    }

    /// Checks that all these texts were printed to standard error.
    #[track_caller]
    pub fn assert_stderr(&self, texts: &[&str]) {
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "{text:?} was not printed\n{self}"
            );
        }
    }

    /// Standard output, which must be exactly one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("not one JSON document: {error}\n{self}"))
    }
}

impl From<Output> for Run {
    /// If a signal ended the process, the exit status is -1.
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            code,
            stdout,
            stderr,
        } = self;
        write!(f, "exit {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// The text with single spaces between words.
fn flat(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}
