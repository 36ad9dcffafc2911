//! The tools that `cogmig` is compared with, installed once into the target folder from the public
//! registries, and the Lambda package that is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cogmig_sandbox::{architecture, tool};

use crate::world::timed;

/// The zip that `cogmig` deploys for this machine's architecture, with the same bytes.
pub fn zip() -> Result<PathBuf> {
    let zip = Path::new(env!("OUT_DIR")).join(format!("{}.zip", architecture()));
    zip.is_file()
        .then_some(zip)
        .context("this build embeds no Lambda package for this machine's architecture")
}

/// The `bootstrap` in the zip.
pub fn bootstrap() -> Result<PathBuf> {
    let folder = folder()?;
    timed(
        Command::new(tool("python")?)
            .args(["-m", "zipfile", "-e"])
            .arg(zip()?)
            .arg(&folder),
    )?;
    let bootstrap = folder.join("bootstrap");
    // Python's zipfile doesn't restore the file mode.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&bootstrap, mode).context("the zip has no bootstrap")?;
    Ok(bootstrap)
}

/// A script of `bench/peers`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("bench/peers")
        .join(name)
}

/// The folder with the `aws` command.
pub fn aws_cli() -> Result<PathBuf> {
    let venv = folder()?.join("awscli");
    let list = script("requirements.txt");
    once(&venv, &list, || {
        timed(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        timed(
            Command::new(venv.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--no-deps"])
                .args(["--disable-pip-version-check", "--requirement"])
                .arg(&list),
        )
        .map(drop)
    })?;
    Ok(venv.join("bin"))
}

/// The Node.js handler, in one folder with its packages.
pub fn node_handler() -> Result<PathBuf> {
    let node = folder()?.join("node");
    let list = script("package.json");
    once(&node, &list, || {
        fs::create_dir_all(&node)?;
        fs::copy(&list, node.join("package.json"))?;
        timed(
            Command::new("npm")
                .args(["install", "--silent", "--no-audit", "--no-fund"])
                .current_dir(&node),
        )
        .map(drop)
        .context("the handler of the migration guides needs node and npm")
    })?;
    for name in ["handler.mjs", "runtime.mjs"] {
        fs::copy(script(name), node.join(name)).context("cannot copy the handler")?;
    }
    Ok(node.join("runtime.mjs"))
}

/// A folder next to the venv of the sandbox.
fn folder() -> Result<PathBuf> {
    let python = tool("python")?;
    let target = python.ancestors().nth(4).context("no target folder")?;
    let folder = target.join("bench");
    fs::create_dir_all(&folder).context("cannot create the folder for the other tools")?;
    Ok(folder)
}

/// Installs the packages of a list, unless the stamp, a copy of the list, shows that they are
/// installed.
fn once(folder: &Path, list: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted =
        fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    eprintln!("measure: installing into {} (once)", folder.display());
    let _ = fs::remove_dir_all(folder);
    install()?;
    fs::write(stamp, wanted).context("cannot write the stamp of the installation")
}
