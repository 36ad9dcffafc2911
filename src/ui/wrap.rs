//! Text in lines of a width.

/// A label and a text beside it, in lines of this width.
pub fn hanging_indent(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(label));
    let options = whole_words(width).initial_indent(label);
    textwrap::fill(text, options.subsequent_indent(&indent))
}

/// What is to be copied stays in one piece: an ARN, `--new-pool`.
fn whole_words<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// Text without a label.
pub fn fill(text: &str, width: usize) -> String {
    textwrap::fill(text, whole_words(width))
}
