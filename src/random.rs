//! Random values from the operating system.

use std::fmt::Write;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cogmig_core::problem::Problem;

/// Random bytes, in URL-safe base64.
///
/// # Errors
/// The operating system provides no random values.
pub fn text<const BYTES: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<BYTES>()?))
}

/// Random bytes, in lower-case hexadecimal digits.
///
/// # Errors
/// The operating system provides no random values.
pub fn hex<const BYTES: usize>() -> Result<String> {
    let mut digits = String::new();
    for byte in bytes::<BYTES>()? {
        write!(digits, "{byte:02x}")?;
    }
    Ok(digits)
}

fn bytes<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(|error| {
        anyhow::Error::from(Problem::error(
            "no-random-numbers",
            format!("the operating system provides no random numbers: {error}"),
        ))
    })?;
    Ok(random)
}
