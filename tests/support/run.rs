//! The exit status and the output of a run.

use std::process::{Command, Output};

use serde_json::Value;

/// Exit status and what was said.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// The exit status is this one; and what went wrong, if so, was said in words.
    #[track_caller]
    pub fn assert_ended(&self, code: i32, arguments: &str) {
        assert_eq!(self.code, code, "cogmig {arguments}\n{self}");
        for never in ["service error", "panicked", "RUST_BACKTRACE"] {
            assert!(!self.printed(never), "cogmig {arguments}\n{self}");
        }
    }

    /// Whether this was printed, on either stream, in lines of any width.
    pub fn printed(&self, text: &str) -> bool {
        let text = flat(text);
        [&self.stdout, &self.stderr]
            .iter()
            .any(|stream| flat(stream).contains(&text))
    }

    /// The result, however it was broken into lines.
    pub fn flat(&self) -> String {
        flat(&self.stdout)
    }

    /// All of these were said on standard error.
    #[track_caller]
    pub fn assert_stderr(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.stderr.contains(text), "nothing of {text:?}\n{self}");
        }
    }

    /// Standard output is one JSON document and no more.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("not one JSON document: {error}\n{self}"))
    }
}

impl From<Output> for Run {
    /// The exit status of what a signal ended is -1.
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

/// Text with single spaces between words.
fn flat(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}
