//! The deployment packages that are embedded in this build, one per architecture that the build
//! script could build. A package can also be read from a file.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cogmig_core::options::{PackageSource, Settings};
use cogmig_core::package::{Architecture, Package};
use cogmig_core::problem::Problem;
use sha2::{Digest, Sha256};

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// Lambda's limit for a zip file in a request.
const MAX_BYTES: u64 = 50 * 1024 * 1024;

/// The deployment package: a file from the options, the embedded one, or the one that the function
/// keeps, without its zip file.
///
/// # Errors
/// The file can't be used, or this build has no package for the architecture.
pub fn package(settings: &Settings) -> Result<Package> {
    let architecture = settings.architecture.unwrap_or_else(default_architecture);
    let zip = match &settings.package {
        PackageSource::File(path) => read_zip(path)?,
        PackageSource::Deployed(sha256) => {
            return Ok(Package {
                sha256: sha256.clone(),
                zip: Cow::default(),
                architecture,
            });
        }
        PackageSource::Embedded => return embedded_package(architecture),
    };
    Ok(Package {
        sha256: code_sha256(&zip),
        zip: zip.into(),
        architecture,
    })
}

fn embedded_package(architecture: Architecture) -> Result<Package> {
    let (zip, sha256) = embedded(architecture).ok_or_else(|| {
        Problem::error(
            "package-missing",
            format!("this build of cogmig has no deployment package for {architecture}"),
        )
        .fix(format!(
            "use --architecture {}, or --lambda-zip with your own package",
            default_architecture()
        ))
    })?;
    Ok(Package {
        zip: zip.into(),
        sha256: sha256.to_owned(),
        architecture,
    })
}

/// The embedded package for `architecture`, if there is one, and its `CodeSha256`.
pub fn embedded(architecture: Architecture) -> Option<(&'static [u8], &'static str)> {
    HELD.iter()
        .find(|(embedded, _, _)| *embedded == architecture)
        .map(|(_, sha256, zip)| (*zip, *sha256))
}

/// Whether this is the `CodeSha256` of an embedded package.
pub fn is_embedded(sha256: &str) -> bool {
    HELD.iter().any(|(_, embedded, _)| *embedded == sha256)
}

/// arm64 if it's embedded, because it costs less on AWS. Otherwise the only embedded one.
pub fn default_architecture() -> Architecture {
    match HELD {
        [(only, _, _)] => *only,
        _ => Architecture::Arm64,
    }
}

/// The `CodeSha256` that Lambda returns for this zip file.
pub fn code_sha256(zip: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(zip))
}

/// Reads a zip file that replaces the embedded ones, and checks it without unpacking it.
///
/// # Errors
/// It can't be read, isn't a zip file, or exceeds Lambda's limit.
pub fn read_zip(path: &Path) -> Result<Vec<u8>> {
    let at = || format!("can't read the deployment package {}", path.display());
    let mut bytes = Vec::new();
    // Reading one byte more than allowed is enough to reject a file of any size, or a pipe.
    File::open(path)
        .with_context(at)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(at)?;
    if !(bytes.starts_with(b"PK\x03\x04")) {
        return Err(Problem::error(
            "package-invalid",
            format!("{} isn't a zip file", path.display()),
        )
        .into());
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem::error(
            "package-invalid",
            format!("{} exceeds Lambda's limit of 50 MB", path.display()),
        )
        .into());
    }
    Ok(bytes)
}

/// Included here because cargo doesn't run tests of a build script.
#[cfg(test)]
#[path = "../build/elf.rs"]
mod elf;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_embedded_if_any_is() {
        assert!(HELD.is_empty() || embedded(default_architecture()).is_some());
        assert!(
            embedded(Architecture::Arm64).is_none()
                || default_architecture() == Architecture::Arm64
        );
    }

    #[test]
    fn embedded_packages_have_one_executable_bootstrap() {
        for (architecture, sha256, zip) in HELD {
            assert_eq!(code_sha256(zip), *sha256, "{architecture}");
            assert!(zip.starts_with(b"PK\x03\x04"), "{architecture}");
            assert_eq!(&zip[30..39], b"bootstrap", "{architecture}");
            let end = &zip[zip.len() - 22..];
            assert_eq!(
                &end[..4],
                b"PK\x05\x06",
                "{architecture}: no comment after the directory"
            );
            assert_eq!(end[10..12], [1, 0], "{architecture}: one entry");
            let directory =
                u32::from_le_bytes(end[16..20].try_into().expect("four bytes")) as usize;
            let mode = u16::from_le_bytes(
                zip[directory + 40..directory + 42]
                    .try_into()
                    .expect("two bytes"),
            );
            assert_eq!(mode & 0o777, 0o755, "{architecture}");
        }
    }

    #[test]
    fn code_sha256_is_base64_of_the_digest() {
        assert_eq!(
            code_sha256(b""),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    #[test]
    fn only_zip_files_within_the_limit_are_read() {
        let folder = std::env::temp_dir().join(format!("cogmig-read-zip-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("f.zip");
        let rejected = |word: &str| {
            let error = format!("{:#}", read_zip(&path).expect_err(word));
            assert!(error.contains(word) && error.contains("f.zip"), "{error}");
        };
        rejected("can't read");
        std::fs::write(&path, "#!/bin/sh").expect("a file");
        rejected("isn't a zip");
        std::fs::write(&path, b"PK\x03\x04rest").expect("a file");
        assert_eq!(read_zip(&path).expect("a zip"), b"PK\x03\x04rest");
        let file = File::options().write(true).open(&path).expect("a file");
        file.set_len(MAX_BYTES).expect("a sparse file");
        assert_eq!(
            read_zip(&path).expect("a large zip").len() as u64,
            MAX_BYTES
        );
        file.set_len(MAX_BYTES + 1).expect("a sparse file");
        rejected("50 MB");
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
