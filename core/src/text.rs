//! Text of others, made fit to be printed.

/// What somebody else has written, as it may be shown: it begins no line, moves no cursor and
/// turns no text around.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(|c: char| c.is_control() || turns(c), " ")
}
