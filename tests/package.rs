//! The package of a release. Debug builds of the CLI contain a larger package, which is built
//! faster, so this test builds the release package.
#![allow(missing_docs, clippy::unwrap_used, dead_code, reason = "tests")]
#![allow(
    clippy::print_stdout,
    reason = "a build script talks to cargo on stdout"
)]

#[path = "../build/cargo.rs"]
mod cargo;
#[path = "../build/elf.rs"]
mod elf;
#[path = "../build/package.rs"]
mod package;

use std::fs;
use std::path::Path;

use package::{ARCHITECTURES, pack};

#[test]
fn the_package_of_a_release_is_small_and_reproducible() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let builds: Vec<_> = ARCHITECTURES
        .iter()
        .filter_map(|architecture| cargo::Build::find(architecture).ok())
        .collect();
    assert!(!builds.is_empty(), "no architecture can be built here");
    let binaries = cargo::build(&builds, "lambda", folder).unwrap();
    for (build, path) in builds.iter().zip(binaries) {
        let (name, binary) = (build.architecture.name, fs::read(path).unwrap());
        elf::check(&binary, build.architecture.machine).unwrap();
        let zips = ["once", "again"].map(|which| {
            let file = folder.join(format!("{name}-{which}.zip"));
            pack(&binary, &file).unwrap();
            fs::read(file).unwrap()
        });
        assert!(zips[0] == zips[1], "{name}");
        assert!(zips[0].len() < 2_000_000, "{name}: {} bytes", zips[0].len());
    }
}
