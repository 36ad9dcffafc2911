//! Installs the Python packages once, into a venv in the target folder, even if several test
//! processes start at the same time.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// The exact versions of all packages. A complete venv has a copy of this text.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// A program of the sandbox's venv, such as `cfn-lint`, `parliament` or `python`.
///
/// # Errors
///
/// If the venv can't be created or has no such program.
pub fn tool(name: &str) -> Result<PathBuf> {
    let program = venv()?.join("bin").join(name);
    ensure!(program.is_file(), "{name} isn't in the sandbox's venv");
    Ok(program)
}

/// The venv's Python.
pub(crate) fn python() -> Result<PathBuf> {
    tool("python")
}

/// The venv. Creates it if it doesn't exist.
fn venv() -> Result<PathBuf> {
    let folder = target_folder()?.join("sandbox");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let lock =
        File::create(folder.join("lock")).context("cannot create the installation's lock file")?;
    lock.lock()
        .context("cannot lock the installation's lock file")?;
    let venv = folder.join("venv");
    let stamp = venv.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(venv);
    }
    install(&venv)?;
    // Last, so that an interrupted installation isn't used.
    fs::write(&stamp, REQUIREMENTS).context("cannot mark the sandbox's venv as complete")?;
    Ok(venv)
}

#[expect(clippy::print_stderr, reason = "the installation takes half a minute")]
fn install(venv: &Path) -> Result<()> {
    if venv.exists() {
        fs::remove_dir_all(venv).context("cannot remove the sandbox's old venv")?;
    }
    eprintln!(
        "sandbox: installing ministack, boto3 and moto into {} (once)",
        venv.display()
    );
    run(
        Command::new("python3").args(["-m", "venv"]).arg(venv),
        "the sandbox needs python3 (3.11 or newer) with its venv module \
         (on Debian and Ubuntu: apt install python3-venv)",
    )?;
    let list = venv.with_file_name("requirements.txt");
    fs::write(&list, REQUIREMENTS).context("cannot write the list of packages")?;
    run(
        Command::new(venv.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args(["--disable-pip-version-check", "--requirement"])
            .arg(&list),
        "cannot install the sandbox's Python packages",
    )
}

/// Runs a command without output. The error contains the output of a failed command.
fn run(command: &mut Command, failure: &'static str) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().context(failure)?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    bail!("{failure}\n{}", String::from_utf8_lossy(&text).trim_end())
}

/// Cargo's target folder: from the environment variable, or the folder in which this program was
/// built, or the workspace's default.
fn target_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR") {
        return std::path::absolute(folder).context("CARGO_TARGET_DIR is not a path");
    }
    let program = env::current_exe().context("cannot determine the path of this program")?;
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    Ok(program.ancestors().find(marked).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        Path::to_owned,
    ))
}
