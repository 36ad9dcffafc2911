//! Spans of time as options say them.

use std::time::Duration;

/// A time as an option says it: `90m`, `24h`, `7d`.
///
/// # Errors
/// It is none.
pub fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "it takes a number and m, h or d: 90m, 24h, 7d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number = text.strip_suffix(unit).unwrap_or_default();
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => return Err(wrong()),
    };
    match number {
        0 => Err(wrong()),
        _ => Ok(Duration::from_secs(u64::from(number) * minutes * 60)),
    }
}
