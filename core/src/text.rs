//! Makes untrusted text safe to print, and to paste into a shell.

/// Untrusted text without line breaks, terminal control characters and changes of the text
/// direction.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    let is_directional = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(|c: char| c.is_control() || is_directional(c), " ")
}

/// A word for a POSIX shell, in quotes if it has special characters.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", on_one_line(word).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_special_characters_is_quoted() {
        for (word, quoted) in [
            ("eu-west-1_Pool", "eu-west-1_Pool"),
            ("", "''"),
            ("my dev", "'my dev'"),
            ("o'clock", r"'o'\''clock'"),
            ("$(id)", "'$(id)'"),
        ] {
            assert_eq!(shell_word(word), quoted);
        }
    }
}
