//! Points in time, in UTC.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// For programs: RFC 3339.
pub fn stamp(seconds: i64) -> String {
    let time = DateTime::from_secs(seconds).fmt(Format::DateTime);
    time.unwrap_or_else(|_| seconds.to_string())
}

/// For people: to the minute.
pub fn moment(seconds: i64) -> String {
    let stamp = stamp(seconds);
    let minute = stamp.get(..16).unwrap_or(&stamp);
    format!("{} UTC", minute.replace('T', " "))
}

/// How long ago it was.
pub fn ago(now: i64, then: i64) -> String {
    let minutes = (now - then).max(0) / 60;
    let (count, unit) = match minutes {
        0..120 => (minutes, "minute"),
        120..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{s} ago")
}
