//! Errors and warnings, for people: the summary, the known causes, and the remedies. No other file
//! knows this layout.

use std::cmp::Reverse;
use std::fmt::Write;
use std::iter;

use anyhow::Error;
use cogmig_core::call;
use cogmig_core::outcome::Ended;
use cogmig_core::plan::Action;
use cogmig_core::problem::{Cause, Problem, Severity};
use cogmig_core::text::on_one_line;
use console::Style;

use super::transcript::Transcript;
use super::wrap::{fill, hanging_indent};

/// A line after the summary: its label, which can be empty, and its text.
type Line = (&'static str, String);

/// Why a command failed, and what it reported before.
pub struct Failure<'a> {
    /// What it reported before.
    pub transcript: &'a Transcript,
    /// Why it failed.
    pub error: &'a Error,
    /// How it ends.
    pub ended: Ended,
}

impl Failure<'_> {
    /// Wrapped at a width, with the number of changes that were applied before the error.
    pub fn text(&self, width: Option<usize>, colors: bool) -> String {
        let style = Style::new().red().bold().force_styling(colors);
        let head = style.apply_to("error:").to_string();
        let failed = iter::once(of(self.error)).chain(self.transcript.also.iter().cloned());
        let texts = failed.map(|problem| text(&head, &problem, width));
        let mut text = texts.collect::<Vec<_>>().join("\n\n");
        text.push_str(&self.applied());
        text
    }

    /// The number of changes that were applied.
    fn applied(&self) -> String {
        let changes = &self.transcript.changes;
        let count = |word: &str| changes.iter().filter(|line| line.status == word).count();
        if ["started", "done", "failed"]
            .iter()
            .all(|word| count(word) == 0)
        {
            return String::new();
        }
        let all = changes
            .iter()
            .filter(|line| line.action != Action::Conflict);
        let mut text = format!(
            "\n\n{} of {} changes were applied and remain. Run the same command again to continue, or run `cogmig teardown` to restore the previous settings.",
            count("done"),
            all.count()
        );
        if count("started") > 0 {
            text.push_str(" Changes that had started may be incomplete.");
        }
        text
    }
}

/// An error as a problem, with all its causes.
pub fn of(error: &Error) -> Problem {
    call::problem(error.chain())
}

/// Warnings, the most severe first.
pub fn warnings(warnings: &[Problem], width: usize, colors: bool) -> String {
    let mut sorted: Vec<_> = warnings.iter().collect();
    sorted.sort_by_key(|warning| Reverse(warning.severity));
    let texts = sorted.iter().map(|warning| {
        let style = match warning.severity {
            Severity::Info => Style::new().bold(),
            Severity::Warning => Style::new().yellow().bold(),
            _ => Style::new().red().bold(),
        };
        let head = format!("{}:", label(warning.severity));
        let head = style.force_styling(colors).apply_to(head).to_string();
        text(&head, warning, Some(width))
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// The label of a severity.
pub fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::DataLoss => "warning (data-loss)",
        Severity::Lockout => "warning (lockout)",
        Severity::Security => "warning (security)",
        Severity::Error | Severity::Usage => "error",
    }
}

/// A problem after a head, wrapped at a width.
pub fn text(head: &str, problem: &Problem, width: Option<usize>) -> String {
    let summary = format!("{head} {}", on_one_line(&problem.summary));
    let mut text = match width {
        Some(width) => fill(&summary, width),
        None => summary,
    };
    let lines: Vec<Line> = problem
        .causes
        .iter()
        .map(labelled)
        .chain(remedies(problem))
        .collect();
    let longest = lines.iter().map(|(label, _)| label.len()).max();
    let longest = longest.unwrap_or_default();
    for (label, line) in lines {
        let label = match label {
            "" => "  ".to_owned(),
            label => format!("  {label:longest$}  "),
        };
        let line = on_one_line(&line);
        let _ = match width {
            Some(width) => write!(text, "\n{}", hanging_indent(&label, &line, width)),
            None => write!(text, "\n{label}{line}"),
        };
    }
    text
}

fn labelled(cause: &Cause) -> Line {
    match cause {
        Cause::Aws { code, message } => ("cause:", format!("{code}: {message}")),
        Cause::NoAnswer(why) => ("no response:", why.clone()),
        Cause::RequestId(id) => ("request ID:", id.clone()),
        Cause::Valid(values) => ("valid values:", values.clone()),
        Cause::Because(why) => ("cause:", why.clone()),
        Cause::Detail(what) => ("", what.clone()),
    }
}

/// A cause in one line, for programs.
pub fn cause(cause: &Cause) -> String {
    match labelled(cause) {
        ("", text) => text,
        (label, text) => format!("{label} {text}"),
    }
}

/// The causes and the fixes, one line each.
pub fn details(problem: &Problem) -> impl Iterator<Item = String> {
    let lines = problem.causes.iter().map(labelled);
    let lines = lines.chain(remedies(problem));
    lines.map(|(label, text)| match label {
        "" => text,
        label => format!("{label} {text}"),
    })
}

/// A problem in one line, for programs.
pub fn one_line(problem: &Problem) -> String {
    let causes = problem.causes.iter().map(cause);
    iter::once(problem.summary.clone())
        .chain(causes)
        .collect::<Vec<_>>()
        .join("; ")
}

fn remedies(problem: &Problem) -> impl Iterator<Item = Line> {
    let labels = iter::once("fix:").chain(iter::repeat("or:"));
    let allow = format!("use --allow {}, if you accept this", problem.id);
    let allow = problem.requires_consent().then_some(allow);
    labels.zip(problem.remedy.iter().cloned().chain(allow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_error_is_indented_next_to_its_label() {
        let problem = Problem::error("aws-call", "iam:CreateRole failed in the new account 222222222222 (eu-central-1, profile `new`)")
            .because(Cause::Aws {
                code: "AccessDenied".into(),
                message: "not authorized to perform: iam:CreateRole on resource: arn:aws:iam::222222222222:role/cognito-migration-lambda".into(),
            })
            .because(Cause::RequestId("1".into()))
            .fix("--new-profile");
        assert_eq!(
            text("error:", &problem, Some(60)),
            "error: iam:CreateRole failed in the new account 222222222222\n(eu-central-1, profile `new`)\n  cause:       AccessDenied: not authorized to perform:\n               iam:CreateRole on resource:\n               arn:aws:iam::222222222222:role/cognito-migration-lambda\n  request ID:  1\n  fix:         --new-profile"
        );
    }

    #[test]
    fn further_remedies_are_alternatives() {
        let problem = Problem::error("x", "x").fix("a").fix("b");
        assert_eq!(
            text("error:", &problem, None),
            "error: x\n  fix:  a\n  or:   b"
        );
    }

    #[test]
    fn external_text_cannot_start_a_line() {
        let problem = Problem::error("x", "a\nb").because(Cause::Detail("c\u{202e}\rd".into()));
        assert_eq!(text("error:", &problem, None), "error: a b\n  c  d");
    }
}
