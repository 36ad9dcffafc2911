//! The Python parts, held in the binary so that it needs no source folder where it runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const FILES: [(&str, &str); 13] = [
    ("backend.py", include_str!("../python/backend.py")),
    ("client.py", include_str!("../python/client.py")),
    ("corrections.py", include_str!("../python/corrections.py")),
    ("defaults.py", include_str!("../python/defaults.py")),
    ("mfa.py", include_str!("../python/mfa.py")),
    ("model.py", include_str!("../python/model.py")),
    ("names.py", include_str!("../python/names.py")),
    ("parent.py", include_str!("../python/parent.py")),
    ("rights.py", include_str!("../python/rights.py")),
    ("second.py", include_str!("../python/second.py")),
    ("shapes.py", include_str!("../python/shapes.py")),
    ("snapshot.py", include_str!("../python/snapshot.py")),
    ("updates.py", include_str!("../python/updates.py")),
];

/// Writes them beside each other, and says where.
pub(crate) fn write(home: &Path) -> Result<PathBuf> {
    let scripts = folder(home);
    fs::create_dir(&scripts)
        .and_then(|()| {
            FILES
                .iter()
                .try_for_each(|(name, text)| fs::write(scripts.join(name), text))
        })
        .context("the sandbox's Python files could not be written")?;
    Ok(scripts)
}

/// Where they are, in the sandbox's home.
pub(crate) fn folder(home: &Path) -> PathBuf {
    home.join("python")
}
