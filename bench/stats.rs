//! Medians and percentiles of measured times.

use std::fmt;
use std::time::Duration;

/// Measured times.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many are within the limit.
    pub fn within(&self, limit: Duration) -> usize {
        self.0.iter().filter(|time| **time <= limit).count()
    }

    /// In milliseconds.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// The percentile of this share, in milliseconds.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let place = share * sorted.len().saturating_sub(1) as f64;
        let of = |place: f64| {
            sorted
                .get(place as usize)
                .map_or(f64::NAN, |time| millis(*time))
        };
        let (below, above) = (of(place.floor()), of(place.ceil()));
        below + (above - below) * place.fract()
    }

    /// From p10 to p90.
    pub fn spread(&self) -> String {
        format!("{}–{}", Ms(self.at(0.1)), Ms(self.at(0.9)))
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", Ms(self.median()))
    }
}

/// Milliseconds with a suitable number of digits.
pub struct Ms(pub f64);

impl fmt::Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.0.abs() < 100.0);
        f.write_str(&grouped(self.0, digits))
    }
}

/// With commas as thousands separators.
pub fn grouped(number: f64, digits: usize) -> String {
    let plain = format!("{number:.digits$}");
    let whole = plain.find('.').unwrap_or(plain.len());
    let mut text = String::new();
    for (place, character) in plain.chars().enumerate() {
        let left = whole.saturating_sub(place);
        if place > 0 && place < whole && left % 3 == 0 && !text.ends_with('-') {
            text.push(',');
        }
        text.push(character);
    }
    text
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
