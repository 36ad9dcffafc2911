//! `cargo demo pictures`: real runs between two new accounts, on a terminal and in a
//! pipeline, as they are seen, drawn into `pictures/`.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Stdio;

use anstyle_svg::Term;
use anyhow::{Context, Result, ensure};
use cogmig_sandbox::{Fault, Injection, NEW_ACCOUNT, Sandbox, architecture, tool};

use crate::scene::{PASSWORD, Scene};
use crate::stage::holds;

const PROFILES: &str = "--old-profile old --new-profile new";
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();
/// More than a run fills.
const LINES: NonZero<u16> = NonZero::new(200).unwrap();

/// Takes all of them.
pub(crate) fn take() -> Result<()> {
    let studio = Studio {
        sandbox: Sandbox::start()?,
    };
    let scene = Scene::set(&studio.sandbox)?;
    studio.terminal("plan", "plan", "", 0)?;
    studio.sandbox.inject(Injection {
        account: NEW_ACCOUNT.into(),
        action: "CreateFunction".into(),
        after: 0,
        times: 1,
        fault: Fault::Denied,
    });
    studio.terminal("setup-denied", "setup", "confirm:=yes\\r", 1)?;
    studio.sandbox.clear_faults();
    studio.terminal("teardown-of-a-part", "teardown", "confirm:=default\\r", 0)?;
    studio.pipeline("setup-in-a-pipeline", "setup", 0)?;
    studio.pipeline("teardown-in-a-pipeline", "teardown", 0)?;
    studio.terminal("setup", "setup", "confirm:=yes\\r", 0)?;
    studio.sandbox.sign_in(&scene.new.client, "ann", PASSWORD)?;
    let wrong = studio
        .sandbox
        .sign_in(&scene.new.client, "bob", "Wrong-password-1");
    ensure!(wrong.is_err(), "a wrong password was let in");
    studio.terminal("verify", "verify", "", 0)?;
    studio.terminal("status", "status", "", 0)?;
    studio.terminal("teardown", "teardown", "confirm:=default\\r", 0)
}

struct Studio {
    sandbox: Sandbox,
}

impl Studio {
    /// As somebody sees it who types the answers.
    fn terminal(&self, name: &str, verb: &str, answers: &str, code: i32) -> Result<()> {
        let mut command = self.sandbox.command(tool("python")?);
        command
            .env("TERM", "xterm-256color")
            .env("COLUMNS", COLUMNS.to_string())
            .args(["-c", include_str!("../support/terminal.py"), answers])
            .arg(env!("CARGO_BIN_EXE_cogmig"));
        self.picture(name, verb, command, code)
    }

    /// As it stands in a pipeline's log.
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
            .context("cogmig could not be run")?;
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
        fs::write(&file, Term::new().render_svg(&seen(&text)))?;
        holds(&format!("pictures/{name}.svg"));
        Ok(())
    }
}

/// What stands on the terminal in the end: lines that were written over are gone.
fn seen(text: &str) -> String {
    let mut parser = vt100::Parser::new(LINES, COLUMNS, 0);
    // In a file a line's end alone goes back to the first column too.
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
