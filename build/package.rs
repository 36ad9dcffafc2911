//! The Lambda package: its architectures, and its zip file.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// An architecture of Lambda functions.
pub struct Architecture {
    /// AWS's name.
    pub name: &'static str,
    /// The variant of `package::Architecture` in `core`.
    pub variant: &'static str,
    /// The first part of the Rust target triple.
    pub rust: &'static str,
    /// `e_machine` in ELF files.
    pub machine: u16,
}

/// All architectures of Lambda functions.
pub const ARCHITECTURES: [Architecture; 2] = [
    Architecture {
        name: "arm64",
        variant: "Arm64",
        rust: "aarch64",
        machine: 183,
    },
    Architecture {
        name: "x86_64",
        variant: "X86_64",
        rust: "x86_64",
        machine: 62,
    },
];

/// Writes the zip file, with the same bytes for the same binary.
pub fn pack(binary: &[u8], file: &Path) -> zip::result::ZipResult<()> {
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o755);
    let mut zip = zip::ZipWriter::new(File::create(file)?);
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    zip.finish()?;
    Ok(())
}
