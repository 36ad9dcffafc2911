//! Runs the cargo that builds the Lambda function, inside the build of the CLI: with its own
//! target, C compiler and environment, and in its own folder, which debug and release builds of the
//! CLI share.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::package::Architecture;

/// How the Lambda function is built for one architecture.
pub struct Build {
    /// The architecture.
    pub architecture: &'static Architecture,
    /// Rust's target triple.
    pub target: String,
    /// The variables that the compilers of this target need.
    variables: Vec<(String, OsString)>,
}

impl Build {
    /// Finds out how to build for `architecture`, or returns what is missing.
    pub fn find(architecture: &'static Architecture) -> Result<Self, String> {
        let version = rustc(&["-vV"]).unwrap_or_default();
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap_or_default();
        let native =
            host.starts_with(&format!("{}-", architecture.rust)) && host.contains("-linux-");
        let musl = format!("{}-unknown-linux-musl", architecture.rust);
        if has_std(&musl) {
            let key = musl.replace('-', "_");
            let mut variables = c_compiler(architecture, &key, native)?;
            variables.push((
                format!("CARGO_TARGET_{}_LINKER", key.to_uppercase()),
                "rust-lld".into(),
            ));
            return Ok(Self {
                architecture,
                target: musl,
                variables,
            });
        }
        // A toolchain without rustup may have only the host's target. Its binary is checked after
        // the build.
        if native && host.ends_with("-gnu") {
            return Ok(Self {
                architecture,
                target: host.to_owned(),
                variables: Vec::new(),
            });
        }
        Err(format!(
            "{}: the target {musl} is not installed; run `rustup target add {musl}`",
            architecture.name
        ))
    }
}

/// Builds all of `builds` in one run with this profile, and returns the binaries in the same order.
pub fn build(builds: &[Build], profile: &str, out: &Path) -> Result<Vec<PathBuf>, String> {
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let folder = target_folder(out);
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&root).args([
        "build",
        "--locked",
        "--package",
        "cogmig-lambda",
        "--profile",
        profile,
    ]);
    for (name, _) in env::vars_os() {
        if is_outer(&name) {
            cargo.env_remove(name);
        }
    }
    cargo
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_ENCODED_RUSTFLAGS", remaps(&root, &folder));
    for build in builds {
        cargo
            .args(["--target", &build.target])
            .envs(build.variables.iter().map(|(name, value)| (name, value)));
    }
    let status = cargo
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !status.success() {
        return Err("can't build the Lambda function: see above".to_owned());
    }
    Ok(builds
        .iter()
        .map(|build| folder.join(&build.target).join(profile).join("bootstrap"))
        .collect())
}

/// Whether a variable belongs to the build of the CLI and would change the build of the Lambda
/// function: flags, profiles and the target, and clippy instead of rustc. The variables of the job
/// server and of the toolchain are kept.
fn is_outer(name: &OsStr) -> bool {
    const NAMES: [&str; 8] = [
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_TARGET",
        "CLIPPY_ARGS",
        "TARGET",
        "HOST",
    ];
    const PREFIXES: [&str; 6] = [
        "CARGO_PROFILE_",
        "CARGO_FEATURE_",
        "CARGO_CFG_",
        "CARGO_BUILD_RUSTC_W",
        "CARGO_BUILD_RUSTFLAGS",
        "DEP_",
    ];
    let name = name.to_string_lossy();
    NAMES.contains(&&*name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Flags that remove the folder names of this machine from the binary, so that it is reproducible
/// and doesn't reveal them.
fn remaps(root: &Path, folder: &Path) -> OsString {
    let home = env::home_dir().unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let sysroot = rustc(&["--print", "sysroot"])
        .map(PathBuf::from)
        .unwrap_or_default();
    // The last match wins, so parent folders come first.
    let mut remaps = vec![
        (home, "/home"),
        (root.into(), "/cogmig"),
        (folder.into(), "/target"),
        (sysroot, "/rust"),
    ];
    // Cargo names the folder of a registry after its URL, which is different for a mirror.
    let registries = fs::read_dir(cargo_home.join("registry").join("src"));
    let mut registries: Vec<_> = registries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    registries.sort();
    remaps.push((cargo_home, "/cargo"));
    remaps.extend(registries.into_iter().map(|registry| (registry, "/cargo")));
    let mut flags = OsString::new();
    for (from, to) in remaps.into_iter().filter(|(from, _)| from.is_absolute()) {
        if !flags.is_empty() {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(from);
        flags.push(format!("={to}"));
    }
    flags
}

/// The variables with which the `cc` crate finds a C compiler for the target of `key`, or what is
/// missing.
fn c_compiler(
    architecture: &Architecture,
    key: &str,
    native: bool,
) -> Result<Vec<(String, OsString)>, String> {
    let cc = format!("CC_{key}");
    println!("cargo:rerun-if-env-changed={cc}");
    if env::var_os(&cc).is_some() {
        return Ok(Vec::new());
    }
    if native
        && let Some(found) = ["gcc", "cc", "clang"]
            .into_iter()
            .find(|name| runs(name, "--version"))
    {
        return Ok(vec![(cc, found.into())]);
    }
    let gcc = format!("{}-linux-gnu-gcc", architecture.rust);
    if !native && runs(&gcc, "--version") {
        return Ok(vec![(cc, gcc.into())]);
    }
    // clang has no C library headers for another architecture, and `ring` doesn't need them.
    let bare = (
        format!("CFLAGS_{key}"),
        "-nostdlibinc -DRING_CORE_NOSTDLIBINC=1".into(),
    );
    if runs("clang", "--version") {
        return Ok(vec![(cc, "clang".into()), bare]);
    }
    if runs("zig", "version") {
        return Ok(vec![(
            cc,
            format!("zig cc -target {}-linux-musl", architecture.rust).into(),
        )]);
    }
    Err(format!(
        "{}: no C compiler for this architecture; install clang, {gcc} or zig",
        architecture.name
    ))
}

fn has_std(target: &str) -> bool {
    rustc(&["--print", "target-libdir", "--target", target])
        .and_then(|folder| fs::read_dir(folder).ok())
        .is_some_and(|mut files| files.next().is_some())
}

fn rustc(arguments: &[&str]) -> Option<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn runs(program: &str, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// `lambda` in cargo's target folder, which debug and release builds of the CLI share. Only the
/// target folder has a `CACHEDIR.TAG`.
fn target_folder(out: &Path) -> PathBuf {
    out.ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .unwrap_or(out)
        .join("lambda")
}
