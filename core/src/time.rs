//! Periods of time in options.

use std::time::Duration;

/// The period in an option: `90m`, `24h`, `7d`.
///
/// # Errors
/// The text isn't a period.
pub fn span(text: &str) -> Result<Duration, String> {
    let invalid = || "expected a number and a unit (m, h or d), such as 90m, 24h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(invalid)?;
    let number = text.strip_suffix(unit).unwrap_or_default();
    let number: u32 = number.parse().map_err(|_| invalid())?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => return Err(invalid()),
    };
    match number {
        0 => Err(invalid()),
        _ => Ok(Duration::from_secs(u64::from(number) * minutes * 60)),
    }
}
