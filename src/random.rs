//! Random numbers of the operating system.

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cogmig_core::problem::Problem;

/// So many random bytes, in URL-safe base64.
///
/// # Errors
/// This machine gives no random numbers.
pub fn text<const BYTES: usize>() -> Result<String> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(|error| {
        anyhow::Error::from(Problem::error(
            "no-random-numbers",
            format!("this machine gives no random numbers: {error}"),
        ))
    })?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}
