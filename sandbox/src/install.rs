//! Installs the Python packages once, into a venv in the target folder, even if several test
//! processes start at the same time.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Exact versions of everything; the stamp of a finished venv is this very text.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// A program of the sandbox's venv, such as `cfn-lint`, `parliament` or `python`.
///
/// # Errors
///
/// When the venv cannot be made, or has no such program.
pub fn tool(name: &str) -> Result<PathBuf> {
    let program = venv()?.join("bin").join(name);
    ensure!(program.is_file(), "{name} is not in the sandbox's venv");
    Ok(program)
}

/// The venv's Python.
pub(crate) fn python() -> Result<PathBuf> {
    tool("python")
}

/// The venv, made at the first need.
fn venv() -> Result<PathBuf> {
    let folder = target_folder()?.join("sandbox");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let lock = File::create(folder.join("lock")).context("cannot make the installation's lock")?;
    lock.lock().context("cannot take the installation's lock")?;
    let venv = folder.join("venv");
    let stamp = venv.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(venv);
    }
    install(&venv)?;
    // Last, so that an installation cut short is made again and not taken for one.
    fs::write(&stamp, REQUIREMENTS).context("cannot stamp the sandbox's venv")?;
    Ok(venv)
}

#[expect(
    clippy::print_stderr,
    reason = "a silent half minute looks like a hang"
)]
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
        "the sandbox's Python packages could not be installed",
    )
}

/// Runs it silently; its last words are part of the error.
fn run(command: &mut Command, failure: &'static str) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().context(failure)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    bail!("{failure}\n{}", String::from_utf8_lossy(&said).trim_end())
}

/// Cargo's target folder: as the environment says, else where this program was
/// built, else the workspace's own.
fn target_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR") {
        return std::path::absolute(folder).context("CARGO_TARGET_DIR is not a path");
    }
    let program = env::current_exe().context("this program does not know where it is")?;
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    Ok(program.ancestors().find(marked).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        Path::to_owned,
    ))
}
