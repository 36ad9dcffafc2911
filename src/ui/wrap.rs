//! Wraps text.

/// A label and a text next to it, wrapped at this width.
pub fn hanging_indent(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(label));
    let options = whole_words(width).initial_indent(label);
    textwrap::fill(text, options.subsequent_indent(&indent))
}

/// ARNs and options such as `--new-pool` aren't broken, so they can be copied.
fn whole_words<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// Text without a label.
pub fn fill(text: &str, width: usize) -> String {
    textwrap::fill(text, whole_words(width))
}
