//! Builds the Lambda function for each architecture that this toolchain supports, and creates the
//! zip files that are embedded in the CLI. The binaries depend as little on this machine as rustc
//! allows, so the same sources result in the same `CodeSha256` on every machine.

#[path = "build/cargo.rs"]
mod cargo;
#[path = "build/elf.rs"]
mod elf;
#[path = "build/package.rs"]
mod package;

use std::fmt::Write as _;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use package::{ARCHITECTURES, Architecture, pack};

/// The architectures to embed, separated by commas. The build fails if one of them can't be built.
/// `none` embeds no package, for work on the CLI. Default: all that this toolchain can build.
const WANTED: &str = "COGMIG_LAMBDA_ARCHITECTURES";

/// A folder with the packages of another build, `arm64.zip` and `x86_64.zip`, to embed unchanged.
/// So binaries that are built on different systems deploy the same bytes.
const READY: &str = "COGMIG_LAMBDA_ZIPS";

/// The commit of the sources, for builds outside a repository.
const COMMIT: &str = "COGMIG_COMMIT";

fn main() {
    for path in [
        "build.rs",
        "build",
        "lambda",
        "rules",
        "Cargo.toml",
        "Cargo.lock",
    ] {
        println!("cargo:rerun-if-changed={path}");
    }
    for variable in [WANTED, READY, COMMIT] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    if let Err(message) = run() {
        for line in message.lines() {
            println!("cargo::error={line}");
        }
        process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let out =
        PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this with cargo")?);
    match env::var_os(READY) {
        Some(folder) => take(Path::new(&folder), &out)?,
        None => make(&out)?,
    }
    let (mut held, mut lambdas) = (String::new(), String::new());
    for Architecture { name, variant, .. } in &ARCHITECTURES {
        let Ok(zip) = fs::read(out.join(format!("{name}.zip"))) else {
            continue;
        };
        let sha256 = STANDARD.encode(Sha256::digest(&zip));
        let _ = writeln!(
            held,
            "    (Architecture::{variant}, {sha256:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.zip\"))),"
        );
        let _ = write!(lambdas, "\nLambda {name:<6}  {sha256}");
    }
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let version = match commit() {
        Some(commit) => format!("{version} ({commit}){lambdas}"),
        None => format!("{version}{lambdas}"),
    };
    let source = format!(
        "/// The packages that are embedded in this build, each with its `CodeSha256`.\nstatic HELD: &[(Architecture, &str, &[u8])] = &[\n{held}];\n\n\
         /// The version, the commit and the embedded packages of this build.\n\
         pub const VERSION: &str = {version:?};\n"
    );
    fs::write(out.join("packages.rs"), source)
        .map_err(|error| format!("cannot write packages.rs: {error}"))
}

/// Builds the packages.
fn make(out: &Path) -> Result<(), String> {
    let builds = builds()?;
    let binaries = if builds.is_empty() {
        Vec::new()
    } else {
        cargo::build(&builds, profile(), out)?
    };
    clear(out);
    for (build, path) in builds.iter().zip(binaries) {
        let Architecture { name, machine, .. } = build.architecture;
        let binary =
            fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        elf::check(&binary, *machine).map_err(|why| {
            format!(
                "the Lambda function built for {} can't start on AWS: {why}.\nRun `rustup target add {}-unknown-linux-musl`",
                build.target, build.architecture.rust
            )
        })?;
        let file = out.join(format!("{name}.zip"));
        pack(&binary, &file).map_err(|error| format!("cannot pack {}: {error}", file.display()))?;
    }
    Ok(())
}

/// Copies the packages from a folder.
fn take(folder: &Path, out: &Path) -> Result<(), String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    clear(out);
    for Architecture { name, machine, .. } in &ARCHITECTURES {
        let from = folder.join(format!("{name}.zip"));
        let told = |why: &dyn std::fmt::Display| format!("{READY}: {}: {why}", from.display());
        let bytes = fs::read(&from).map_err(|error| told(&error))?;
        let mut zip = ZipArchive::new(Cursor::new(&bytes)).map_err(|error| told(&error))?;
        let mut binary = Vec::new();
        let read = zip
            .by_name("bootstrap")
            .map(|mut file| file.read_to_end(&mut binary));
        read.map_err(|error| told(&error))?
            .map_err(|error| told(&error))?;
        elf::check(&binary, *machine).map_err(|why| told(&why))?;
        fs::write(out.join(format!("{name}.zip")), &bytes).map_err(|error| told(&error))?;
    }
    Ok(())
}

/// Removes the packages of an earlier build.
fn clear(out: &Path) {
    for Architecture { name, .. } in &ARCHITECTURES {
        // The file may not exist.
        let _ = fs::remove_file(out.join(format!("{name}.zip")));
    }
}

/// The commit, if it is known.
fn commit() -> Option<String> {
    if let Ok(commit) = env::var(COMMIT) {
        return Some(commit).filter(|commit| !commit.is_empty());
    }
    let git = |arguments: &[&str]| {
        let output = process::Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        (output.status.success() && !text.is_empty()).then(|| text.trim().to_owned())
    };
    // In another project's repository, the commit would be that project's.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    for part in ["HEAD", "logs/HEAD"] {
        println!(
            "cargo:rerun-if-changed={}",
            git(&["rev-parse", "--git-path", part])?
        );
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

/// The profile of the Lambda function. For a debug build of the CLI, a short build matters more
/// than a small package.
fn profile() -> &'static str {
    match env::var("PROFILE").as_deref() {
        Ok("debug") => "lambda-dev",
        _ => "lambda",
    }
}

/// Selects what to build: the requested architectures, or all that can be built, which must be at
/// least one.
fn builds() -> Result<Vec<cargo::Build>, String> {
    let wanted = env::var(WANTED).ok();
    if wanted.as_deref() == Some("none") {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = wanted
        .as_deref()
        .map(|names| names.split(',').map(str::trim).collect())
        .unwrap_or_default();
    if let Some(unknown) = names
        .iter()
        .find(|name| ARCHITECTURES.iter().all(|known| known.name != **name))
    {
        return Err(format!(
            "{WANTED}: unknown value {unknown:?}; expected arm64, x86_64 or none"
        ));
    }
    let mut builds = Vec::new();
    let mut reasons = Vec::new();
    for architecture in &ARCHITECTURES {
        if wanted.is_some() && !names.contains(&architecture.name) {
            continue;
        }
        match cargo::Build::find(architecture) {
            Ok(build) => builds.push(build),
            Err(why) if wanted.is_some() => return Err(why),
            Err(why) => reasons.push(why),
        }
    }
    if builds.is_empty() {
        return Err(format!(
            "the Lambda function can't be built for any architecture on this machine.\n{}",
            reasons.join("\n")
        ));
    }
    Ok(builds)
}
