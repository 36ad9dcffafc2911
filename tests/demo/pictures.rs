//! `cargo demo pictures`: writes the output of real runs between two new accounts, on a terminal
//! and in a pipeline, to SVG files in `pictures/`.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Stdio;

use anstyle_svg::Term;
use anyhow::{Context, Result, ensure};
use cogmig_sandbox::{Fault, Injection, NEW_ACCOUNT, Sandbox, architecture, tool};

use crate::pools::{PASSWORD, Pools};
use crate::print::passed;

const PROFILES: &str = "--old-profile old --new-profile new";
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();
/// More lines than a run prints.
const LINES: NonZero<u16> = NonZero::new(200).unwrap();

/// Creates all pictures.
pub(crate) fn create() -> Result<()> {
    let recorder = Recorder {
        sandbox: Sandbox::start()?,
    };
    let pools = Pools::create(&recorder.sandbox)?;
    recorder.terminal("plan", "plan", "", 0)?;
    recorder.sandbox.inject(Injection {
        account: NEW_ACCOUNT.into(),
        action: "CreateFunction".into(),
        after: 0,
        times: 1,
        fault: Fault::Denied,
    });
    recorder.terminal("setup-denied", "setup", "confirm:=yes\\r", 1)?;
    recorder.sandbox.clear_faults();
    recorder.terminal("teardown-of-a-part", "teardown", "confirm:=default\\r", 0)?;
    recorder.pipeline("setup-in-a-pipeline", "setup", 0)?;
    recorder.pipeline("teardown-in-a-pipeline", "teardown", 0)?;
    recorder.terminal("setup", "setup", "confirm:=yes\\r", 0)?;
    recorder
        .sandbox
        .sign_in(&pools.new.client, "ann", PASSWORD)?;
    let wrong = recorder
        .sandbox
        .sign_in(&pools.new.client, "bob", "Wrong-password-1");
    ensure!(wrong.is_err(), "a wrong password was accepted");
    recorder.terminal("verify", "verify", "", 0)?;
    recorder.terminal("status", "status", "", 0)?;
    recorder.terminal("teardown", "teardown", "confirm:=default\\r", 0)
}

struct Recorder {
    sandbox: Sandbox,
}

impl Recorder {
    /// A run on a terminal, with these answers.
    fn terminal(&self, name: &str, verb: &str, answers: &str, code: i32) -> Result<()> {
        let mut command = self.sandbox.command(tool("python")?);
        command
            .env("TERM", "xterm-256color")
            .env("COLUMNS", COLUMNS.to_string())
            .args(["-c", include_str!("../support/terminal.py"), answers])
            .arg(env!("CARGO_BIN_EXE_cogmig"));
        self.picture(name, verb, command, code)
    }

    /// A run in a pipeline, as in its log.
    fn pipeline(&self, name: &str, verb: &str, code: i32) -> Result<()> {
        let mut command = self.sandbox.command("sh");
        command.env("CI", "true").args([
            "-c",
            "exec \"$0\" \"$@\" 2>&1",
            env!("CARGO_BIN_EXE_cogmig"),
        ]);
        self.picture(name, verb, command, code)
    }

    fn picture(
        &self,
        name: &str,
        verb: &str,
        mut command: std::process::Command,
        code: i32,
    ) -> Result<()> {
        let output = command
            .arg(verb)
            .args(PROFILES.split(' '))
            .env("COGMIG_ARCHITECTURE", architecture())
            .current_dir(self.sandbox.home())
            .stdin(Stdio::null())
            .output()
            .context("can't run cogmig")?;
        let text = String::from_utf8(output.stdout)?;
        ensure!(
            output.status.code() == Some(code),
            "cogmig {verb}: {}\n{text}",
            output.status
        );
        let text = format!("\x1b[1m$ cogmig {verb} {PROFILES}\x1b[0m\n{text}");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pictures");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.svg"));
        fs::write(&file, Term::new().render_svg(&screen(&text)))?;
        passed(&format!("pictures/{name}.svg"));
        Ok(())
    }
}

/// The final content of the terminal, without overwritten lines.
fn screen(text: &str) -> String {
    let mut parser = vt100::Parser::new(LINES, COLUMNS, 0);
    // In a pipeline, a line feed alone also returns to the first column.
    parser.process(text.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes());
    let screen = parser.screen();
    let plain: Vec<_> = screen.rows(0, COLUMNS.get()).collect();
    let last = plain.iter().rposition(|line| !line.trim().is_empty());
    let rows = screen
        .rows_formatted(0, COLUMNS.get())
        .take(last.map_or(0, |last| last + 1));
    let rows = rows.map(|row| format!("{row}\x1b[0m"));
    rows.collect::<Vec<_>>().join("\n")
}
