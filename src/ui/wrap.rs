//! Wraps text.

/// A space at which a line isn't broken.
const NO_BREAK: &str = "\u{a0}";

/// A label and a text next to it, wrapped at this width.
pub fn hanging_indent(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(label));
    let options = whole_words(width).initial_indent(label);
    wrapped(text, options.subsequent_indent(&indent))
}

/// Commands in backticks aren't broken, so they can be copied.
fn wrapped(text: &str, options: textwrap::Options<'_>) -> String {
    let parts: Vec<_> = text.split('`').collect();
    let is_command = |n: usize| n % 2 == 1 && n + 1 < parts.len();
    let parts = parts.iter().enumerate().map(|(n, part)| {
        if is_command(n) {
            part.replace(' ', NO_BREAK)
        } else {
            (*part).to_owned()
        }
    });
    let text = parts.collect::<Vec<_>>().join("`");
    textwrap::fill(&text, options).replace(NO_BREAK, " ")
}

/// ARNs and options such as `--new-pool` aren't broken, so they can be copied.
fn whole_words<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// Text without a label.
pub fn fill(text: &str, width: usize) -> String {
    wrapped(text, whole_words(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_backticks_is_not_broken() {
        let text = "list the users with `aws cognito-idp list-users | sort`, and so on";
        let wrapped =
            "fix: list the users with\n     `aws cognito-idp list-users | sort`,\n     and so on";
        assert_eq!(hanging_indent("fix: ", text, 30), wrapped);
        assert_eq!(fill("a lone ` in it", 8), "a lone `\nin it");
    }
}
