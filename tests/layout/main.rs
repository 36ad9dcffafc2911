//! The layout of the code: within a crate, files refer to each other without cycles, and top-level
//! modules refer downward only.
//!
//! `cargo test --workspace --test layout -- --nocapture` prints, for each crate, the number of
//! files, the number of references between them, and the cycles.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod graph;
mod modules;
mod tokens;

use std::fmt::Write;
use std::path::Path;

use modules::Graph;

/// A crate, and its top-level modules from top to bottom.
struct Crate {
    root: &'static str,
    /// Modules of one level don't refer to each other. The root (`main` or `lib`) is a module too.
    levels: &'static [&'static [&'static str]],
    /// Whether cycles and violations of the order fail the test. Otherwise, cycles are only
    /// printed.
    enforced: bool,
}

const CRATES: [Crate; 5] = [
    Crate {
        root: "src/main.rs",
        levels: &[
            &["main"],
            &["commands"],
            &["cli", "users"],
            &["aws", "ui"],
            &["embedded", "random", "stop"],
        ],
        enforced: true,
    },
    Crate {
        root: "core/src/lib.rs",
        levels: &[
            &["lib"],
            &["outcome"],
            &["found"],
            &["diagnosis", "status"],
            &["checks", "plan"],
            &[
                "deployments",
                "desired",
                "event",
                "remembered",
                "resource",
                "targets",
            ],
            &["observed"],
            &["iam", "operations", "selected"],
            &["options"],
            &["client_secret", "names"],
            &["call", "concurrency", "lambda", "record", "sample"],
            &["cognito"],
            &["governance", "reference"],
            &[
                "identity", "package", "problem", "reasons", "text", "time", "users",
            ],
        ],
        enforced: true,
    },
    Crate {
        root: "rules/src/lib.rs",
        levels: &[
            &["lib"],
            &["forecast"],
            &["decision", "probe"],
            &["settings"],
            &["usernames"],
            &["attributes", "reasons"],
            &["env", "log", "user_hash"],
        ],
        enforced: true,
    },
    Crate {
        root: "lambda/src/main.rs",
        levels: &[
            &["main"],
            &["cognito"],
            &["log"],
            &["handler"],
            &["record"],
            &["calls", "event", "probe", "response"],
            &["failure", "old_pool", "settings"],
        ],
        enforced: true,
    },
    Crate {
        root: "sandbox/src/lib.rs",
        levels: &[
            &["lib"],
            &["fixtures", "moto", "raw"],
            &["sandbox"],
            &["client", "distance", "home", "proxy", "scripted", "server"],
            &["python"],
            &["boto3", "install"],
            &["accounts", "aws_fault", "lock", "pool"],
        ],
        enforced: true,
    },
];

fn from_disk(file: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).ok()
}

/// A crate with these files: their names and contents.
fn in_memory(files: &[(&str, &str)]) -> Graph {
    Graph::read(files[0].0, &|name| {
        let found = files.iter().find(|(file, _)| *file == name);
        found.map(|(_, text)| (*text).to_owned())
    })
}

#[test]
#[expect(clippy::print_stdout, reason = "prints the numbers")]
fn files_refer_downward_and_without_cycles() {
    let mut failures = String::new();
    for Crate {
        root,
        levels,
        enforced,
    } in &CRATES
    {
        if from_disk(root).is_none() {
            assert!(!enforced, "{root} does not exist");
            continue;
        }
        let graph = Graph::read(root, &from_disk);
        let (files, references) = graph.size();
        let cycles = graph.cycles();
        let violations = graph.violations(levels);
        println!(
            "{root}: {files} files, {references} references, {} cycles",
            cycles.len()
        );
        let mut findings: Vec<String> = cycles
            .iter()
            .map(|(cycle, files)| format!("cycle among {files} files: {}", cycle.join(" -> ")))
            .collect();
        if *enforced {
            findings.extend(violations);
        }
        for finding in findings {
            println!("  {finding}");
            if *enforced {
                writeln!(failures, "{finding}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn a_cycle_is_shown_as_a_path_of_files() {
    let graph = in_memory(&[
        ("src/lib.rs", "mod a; mod b; mod c; mod d;"),
        ("src/a.rs", "use crate::b::B; pub struct A;"),
        ("src/b.rs", "pub fn b(c: &super::c::C) -> B { todo!() }"),
        ("src/c.rs", "use crate::{a::{self as other, A}, d::D};"),
        ("src/d.rs", "pub struct D;"),
    ]);
    assert_eq!(graph.size(), (5, 4));
    let cycle = vec!["src/a.rs", "src/b.rs", "src/c.rs", "src/a.rs"];
    assert_eq!(graph.cycles(), [(cycle, 3)]);
}

#[test]
fn a_parent_and_a_child_that_refer_to_each_other_are_a_cycle() {
    let parent = |text| in_memory(&[("src/lib.rs", text), ("src/a.rs", "use super::Shared;")]);
    assert_eq!(parent("mod a; pub struct Shared;").cycles(), []);
    for text in [
        "mod a; pub use a::A;",
        "mod a; fn f() -> a::A { a::make() }",
        "mod a; use self::a::A;",
    ] {
        let cycle = vec!["src/a.rs", "src/lib.rs", "src/a.rs"];
        assert_eq!(parent(text).cycles(), [(cycle, 2)], "{text}");
    }
}

#[test]
fn upward_references_and_references_within_a_level_are_found() {
    let levels: &[&[&str]] = &[&["lib"], &["top"], &["left", "right"]];
    let graph = in_memory(&[
        ("src/lib.rs", "mod top; mod left; mod right; mod new;"),
        ("src/top/mod.rs", "mod inner; use crate::left::L;"),
        ("src/top/inner.rs", "use crate::right::R;"),
        ("src/left.rs", "use crate::right::R;"),
        ("src/right.rs", "use crate::top::inner::I;"),
        ("src/new.rs", ""),
    ]);
    assert_eq!(
        graph.violations(levels),
        [
            "src/left.rs -> src/right.rs: left may not use right",
            "src/new.rs: its module is not in the table",
            "src/right.rs -> src/top/inner.rs: right may not use top",
        ]
    );
}

#[test]
fn tests_comments_text_and_visibility_are_not_references() {
    let graph = in_memory(&[
        ("src/main.rs", "mod a; mod b; #[cfg(test)] mod tests;"),
        (
            "src/a.rs",
            r##"//! crate::b::B
            /* super::b /* nested */ crate::b::B */
            pub(in crate::b) fn f<'a>(c: char) -> &'a str { if c == '"' { "crate::b::B" } else { r#""crate::b"# } }
            #[cfg(test)] use crate::b::{B, C};
            #[cfg(test)] mod tests { use crate::b::B; }
            #[cfg(not(test))] use std::b::B;"##,
        ),
        ("src/b.rs", "mod inner { use super::super::a::A; }"),
    ]);
    assert_eq!(graph.edges["src/a.rs"].len(), 0, "{graph:?}");
    assert!(graph.edges["src/b.rs"].contains("src/a.rs"));
}
