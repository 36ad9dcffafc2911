//! `bench/RESULTS.md`: one section per part. A run replaces the sections of its parts.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The files that a run writes, as exclusions for git.
const OURS: [&str; 2] = [":!bench/RESULTS.md", ":!bench/*.svg"];

/// The results of a part.
#[derive(Debug, Default)]
pub struct Section {
    /// Markdown with a heading.
    pub text: String,
    /// File names and SVG documents.
    pub plots: Vec<(&'static str, String)>,
}

impl Section {
    pub fn new(heading: &str) -> Self {
        Self {
            text: format!("## {heading}\n"),
            plots: Vec::new(),
        }
    }

    pub fn say(&mut self, paragraph: &str) {
        let _ = write!(self.text, "\n{paragraph}\n");
    }

    /// A table. The first column is text, the others are numbers.
    pub fn table<const N: usize>(&mut self, head: [&str; N], rows: &[[String; N]]) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut table = line(&head.map(str::to_owned));
        let align = |place| if place == 0 { "---" } else { "---:" };
        table += &line(
            &(0..N)
                .map(|place| align(place).to_owned())
                .collect::<Vec<_>>(),
        );
        table.extend(rows.iter().map(|row| line(row)));
        let _ = write!(self.text, "\n{table}");
    }

    /// The targets, the measured values, and whether each target was met.
    pub fn wanted(&mut self, targets: &[(&str, String, bool)]) {
        let rows: Vec<_> = targets
            .iter()
            .map(|(wanted, measured, met)| {
                let met = if *met { "yes" } else { "**no**" };
                [(*wanted).to_owned(), measured.clone(), met.to_owned()]
            })
            .collect();
        self.table(["target", "measured", "met"], &rows);
    }

    pub fn plot(&mut self, name: &'static str, what: &str, svg: String) {
        self.say(&format!("![{what}]({name})"));
        self.plots.push((name, svg));
    }
}

/// Replaces the section of a part.
pub fn write(part: &str, section: &Section) -> Result<()> {
    let folder = folder();
    for (name, svg) in &section.plots {
        fs::write(folder.join(name), svg).with_context(|| format!("cannot write {name}"))?;
    }
    let path = folder.join("RESULTS.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let mut page = opening();
    for (name, _) in crate::PARTS {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
        let kept = before
            .split_once(&start)
            .and_then(|(_, rest)| rest.split_once(&end))
            .map(|(kept, _)| kept.to_owned());
        let stamp = format!("\n<sub>{}</sub>\n", stamp(name));
        let text = match kept {
            _ if name == part => format!("{}{stamp}", section.text),
            Some(kept) => kept,
            None => continue,
        };
        let _ = write!(page, "\n{start}{text}{end}");
    }
    fs::write(&path, page).context("cannot write RESULTS.md")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench")
}

fn opening() -> String {
    "# Benchmark results\n\n\
     The command `cargo measure` measures everything in the sandbox. `cargo measure setup` \
     measures one part. `--quick` prints a few runs of each part and writes no file. Only the \
     tools for comparison are downloaded into `target/`: the AWS CLI and boto3 from PyPI, the \
     AWS SDK for JavaScript from npm.\n\n\
     The sandbox replaces AWS. Its services respond within a few milliseconds, faster than the \
     real ones. The network latency is realistic: a relay in front of each service delays every \
     byte by half a round trip, and every new connection by one. If the text says so, the \
     connections use TLS, and the handshake is delayed too. So compare the rows of a table with \
     each other, and not with times that you measure on AWS.\n"
        .to_owned()
}

/// When, where and with which commit a part was measured.
fn stamp(part: &str) -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let field = |text: String, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(
            || "unknown".to_owned(),
            |(_, value)| value.trim().to_owned(),
        )
    };
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(read("/proc/meminfo"), "MemTotal");
    let memory = memory.trim_end_matches(" kB").parse().unwrap_or(0.0) / f64::from(1 << 20);
    let processor = field(read("/proc/cpuinfo"), "model name");
    let date = said(Command::new("date").args(["-u", "+%F %H:%M UTC"]));
    let commit = said(Command::new("git").args(["rev-parse", "--short=7", "HEAD"]));
    // The files that a run writes don't count as changes.
    let changed = said(
        Command::new("git")
            .args(["status", "--porcelain", "--", "."])
            .args(OURS),
    );
    let commit = match changed.as_str() {
        "unknown" => commit,
        _ => format!("{commit} with changes"),
    };
    let built = if cfg!(debug_assertions) {
        " (cogmig **not** optimized)"
    } else {
        ""
    };
    format!(
        "`cargo measure {part}`, {date}, commit {commit}{built}, {processors} processors ({processor}), {memory:.0} GB, {} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// The first line of a command's output.
pub fn said(command: &mut Command) -> String {
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    text.lines().next().unwrap_or("unknown").trim().to_owned()
}
