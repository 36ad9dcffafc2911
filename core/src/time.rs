//! Periods of time, in options and in texts.

use std::time::Duration;

/// The longest period in an option, in minutes: 3650 days, which is the longest retention of a log.
const MOST: u64 = 3650 * 24 * 60;

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
        number if u64::from(number) * minutes > MOST => Err("expected at most 3650d".to_owned()),
        _ => Ok(Duration::from_secs(u64::from(number) * minutes * 60)),
    }
}

/// A period (in seconds) in the largest unit in which it's a whole number above 1; a day is 24
/// hours.
#[must_use]
pub fn period(seconds: i64) -> String {
    let (count, unit) = match seconds / 60 {
        minutes if minutes > 1440 && minutes % 1440 == 0 => (minutes / 1440, "day"),
        minutes if minutes >= 60 && minutes % 60 == 0 => (minutes / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_whole_numbers_of_a_unit() {
        for (minutes, expected) in [
            (1, "1 minute"),
            (30, "30 minutes"),
            (60, "1 hour"),
            (90, "90 minutes"),
            (24 * 60, "24 hours"),
            (7 * 24 * 60, "7 days"),
        ] {
            assert_eq!(period(minutes * 60), expected);
        }
    }
}
