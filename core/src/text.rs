//! Makes untrusted text safe to print.

/// Untrusted text without line breaks, terminal control characters and changes of the text
/// direction.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    let is_directional = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(|c: char| c.is_control() || is_directional(c), " ")
}
